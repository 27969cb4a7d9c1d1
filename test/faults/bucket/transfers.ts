/**
 * Whole pushes and pulls through the registry over HTTP, as daemons make them: all layers at once, the manifest last.
 * @module
 */
import { digestOf } from "../../../src/oci/digest.ts"
import type { Reference, RepositoryName, Tag } from "../../../src/oci/reference.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { chunksOf } from "../../support/bytes.ts"
import type { Content } from "../../support/oci-content.ts"
import {
  call,
  expectStatus,
  putManifest,
  streamBlob,
  UnexpectedAnswer,
  uploadBlob,
} from "../../support/registry-client.ts"
import { serveRegistry, type ServeOptions } from "../../support/served-registry.ts"
import { comingSlowly } from "./slow-line.ts"

export const NAME = "faults/app" as RepositoryName
export const TAG = "v1" as Tag
const reference: Reference = { tag: TAG }

/** Docker's classic store sends what it compresses; containerd's knows digest and length. */
export const SHAPES = ["classic", "containerd"] as const
/** As the classic store when compressing takes longer than reading. */
export type Shape = (typeof SHAPES)[number] | "slow"

/** As the CLI runs its own registry, and as `serve` runs one. */
export const SERVICES = {
  ephemeral: { scope: "store", publish: "held" },
  server: { scope: "repository", publish: "on-put" },
} as const satisfies Record<string, ServeOptions>
export type Service = keyof typeof SERVICES

/** Undefined: it succeeded. */
export type Failure = undefined | { readonly sentence: string | undefined }

export async function push(
  driver: StorageDriver,
  service: Service,
  shape: Shape,
  content: Content,
): Promise<Failure> {
  await using ours = await serveRegistry(driver, SERVICES[service])
  try {
    const blobs = await Promise.allSettled(
      [...content.blobs].map(([digest, bytes]) => pushBlob(ours.address, shape, digest, bytes)),
    )
    for (const blob of blobs) if (blob.status === "rejected") throw blob.reason
    await putManifest(ours.address, NAME, TAG, content.root)
    if (service === "ephemeral") {
      const gone = await ours.registry.blobs.recheck()
      if (gone.length > 0) throw new Error(`${gone.join(", ")} vanished.`)
      await ours.registry.tags.publish(NAME, TAG, content.root.digest)
    }
    return undefined
  } catch (error) {
    return { sentence: sentenceOf(error, ours.errors) }
  }
}

async function pushBlob(
  address: string,
  shape: Shape,
  ...[digest, bytes]: [Parameters<typeof uploadBlob>[2], Buffer]
): Promise<void> {
  const { status } = await call(`http://${address}/v2/${NAME}/blobs/${digest}`, { method: "HEAD" })
  if (status === 200) return
  if (shape === "containerd") await uploadBlob(address, NAME, digest, bytes)
  else await streamBlob(address, NAME, digest, shape === "slow" ? comingSlowly(bytes) : chunksOf(bytes))
  await expectStatus(200, call(`http://${address}/v2/${NAME}/blobs/${digest}`, { method: "HEAD" }))
}

export interface Pulled {
  readonly failure: Failure
  /** What was given out as whole and is not what was asked for. */
  readonly wrong: readonly string[]
}

/** Reads the tag's manifest and everything that the content needs, all at once. */
export async function pull(driver: StorageDriver, service: Service, content: Content): Promise<Pulled> {
  await using ours = await serveRegistry(driver, SERVICES[service])
  const repository = `http://${ours.address}/v2/${NAME}`
  const wrong: string[] = []
  const read = async (path: string, expected: Buffer): Promise<void> => {
    const { bytes } = await expectStatus(200, call(`${repository}/${path}`))
    if (!bytes.equals(expected)) wrong.push(`${path} was answered with ${digestOf(bytes)}`)
  }
  const list = async (): Promise<void> => {
    const { bytes } = await expectStatus(200, call(`${repository}/tags/list`))
    const { tags } = JSON.parse(bytes.toString()) as { readonly tags: readonly string[] }
    if (!tags.includes(TAG)) wrong.push(`the list of tags is ${tags.join(", ")}`)
  }
  const reads = await Promise.allSettled([
    list(),
    read(`manifests/${reference.tag}`, content.root.bytes),
    ...[...content.blobs].map(([digest, bytes]) => read(`blobs/${digest}`, bytes)),
  ])
  const failed = reads.find((each) => each.status === "rejected")
  return { failure: failed && { sentence: sentenceOf(failed.reason, ours.errors) }, wrong }
}

/** What the client was told, or the registry's owner where the connection broke. */
function sentenceOf(error: unknown, errors: readonly Error[]): string | undefined {
  if (error instanceof UnexpectedAnswer) {
    const { bytes, status } = error.answer
    // An answer to HEAD has no body.
    return bytes.length > 0 ? saidBy(bytes) : (errors[0]?.message ?? `HEAD was answered with ${status}.`)
  }
  if (error instanceof Error && error.name === "StorageError") return error.message
  return errors[0]?.message
}

/** The message of an error of the specification. */
function saidBy(body: Buffer): string | undefined {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors: readonly { message: string }[] }
    return errors[0]?.message
  } catch {
    return undefined
  }
}
