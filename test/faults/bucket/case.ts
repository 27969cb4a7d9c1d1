/**
 * One push into a hostile bucket and one pull out of it, and what must be true afterwards.
 * @module
 */
import { digestOf } from "../../../src/oci/digest.ts"
import type { Cloud, CloudServer, RawObjects } from "../../support/clouds/cloud.ts"
import { type Fault, type FaultPlan, startFaultProxy } from "../../support/fault-proxy.ts"
import { artifact, type Content, image } from "../../support/oci-content.ts"
import { createRegistry } from "../../../src/registry/registry.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { MiB } from "../../support/bytes.ts"
import { resources } from "../../support/clouds/cloud.ts"
import { within } from "../campaign.ts"
import { bytesOf } from "../chance.ts"
import type { Verdict } from "../tally.ts"
import { isAhead, SLOW_LAYER, slowLine } from "./slow-line.ts"
import { NAME, pull, push, type Service, type Shape, TAG } from "./transfers.ts"

const PART_SIZE = 5 * MiB

export interface Transfers {
  readonly title: string
  readonly cloud: Cloud["name"]
  readonly shape: Shape
  readonly service: Service
  /** Also a layer of several parts. */
  readonly large: boolean
  readonly pushPlan: FaultPlan
  readonly pullPlan: FaultPlan
  /** Uploads that may be left behind: nobody learned of them, or nobody was let at them. */
  readonly mayLeave: (faults: readonly Fault[]) => number
}

/** Milliseconds for one push or pull: what a driver waits for at most, two minutes for a byte and one for retries, and some. */
const LIMIT = 270_000

export async function runTransfers(
  server: CloudServer,
  number: number,
  transfers: Transfers,
): Promise<Verdict> {
  const { title, cloud, shape, service, large, pushPlan, pullPlan, mayLeave } = transfers
  const place = { bucket: `case-${number}`, partSize: PART_SIZE }
  const objects = await server.createBucket(place.bucket)
  await using proxy = await startFaultProxy(server.endpoint)
  await using direct = await server.openDriver(place)
  await using hostile = await server.openDriver(place, proxy.url)
  const faults: Fault[] = []
  const counted =
    (plan: FaultPlan): FaultPlan =>
    (request) => {
      const fault = plan(request)
      if (fault) faults.push(fault)
      return fault
    }
  const pending = (): string =>
    `${title}, at ${[...proxy.pending].map(({ method, url }) => `${method} ${url}`).join(", ")}`

  const before = image([bytesOf(2000, `${title} before`)])
  const after = contentOf(title, shape, large)
  const lost: string[] = []
  const sentences: string[] = []
  const notes: string[] = []
  const failedBy = (what: string, failure: { readonly sentence: string | undefined }): void => {
    if (failure.sentence === undefined) lost.push(`${what} failed without a sentence`)
    else sentences.push(failure.sentence)
  }

  if (await push(direct, service, shape, before)) throw new Error("the first push failed")

  const counting = counted(pushPlan)
  proxy.plan(shape === "slow" ? slowLine(cloud, counting) : counting)
  const pushed = await within(LIMIT, push(hostile, service, shape, after), pending)
  if (proxy.seen.some(isAhead)) notes.push("a layer went ahead")
  proxy.plan(() => undefined)
  const pushFaults = faults.length
  if (pushed) failedBy("the push", pushed)

  lost.push(...(await misplaced(objects, server.nameStart(""))))
  const left = await objects.unfinishedUploads()
  if (left.length > mayLeave(faults)) lost.push(`unfinished uploads: ${left.join(", ")}`)
  const tagged = await taggedDigest(direct)
  const isMoved = tagged === after.root.digest
  if (!pushed && !isMoved) lost.push(`the push succeeded, and the tag names ${tagged}`)
  if (pushed && isMoved) notes.push("the tag names the whole new image though its push reported a failure")
  lost.push(...(await unreadable(direct, service, isMoved ? after : before)))
  if (pushed) {
    const again = await push(direct, service, shape, after)
    if (again) lost.push(`a second push failed: ${again.sentence}`)
  }
  if (pushed) lost.push(...(await unreadable(direct, service, after)))

  proxy.plan(counted(pullPlan))
  const { failure, wrong } = await within(LIMIT, pull(hostile, service, after), pending)
  proxy.plan(() => undefined)
  if (failure && faults.length === pushFaults) lost.push(`the pull failed unprovoked: ${failure.sentence}`)
  if (failure) failedBy("the pull", failure)
  lost.push(...wrong)

  await Promise.all((await objects.names()).map((name) => objects.delete(name)))
  const survived = Number(!pushed) + Number(!failure)
  return { survived, failed: 2 - survived, injected: faults.length, sentences, notes, lost }
}

function contentOf(title: string, shape: Shape, large: boolean): Content {
  if (shape === "slow") return artifact(bytesOf(SLOW_LAYER, title))
  if (large) return artifact(bytesOf(2 * PART_SIZE + 12_345, title))
  return image([1, 2, 3].map((layer) => bytesOf(layer * 30_000, `${title} ${layer}`)))
}

/** Blobs whose bytes are not what their key says. */
async function misplaced({ names, read }: RawObjects, start: string): Promise<readonly string[]> {
  const blobs = (await names()).filter((name) => name.startsWith(`${start}docker/registry/v2/blobs/`))
  const found = await Promise.all(
    blobs.map(async (name) => {
      const digest = digestOf(await read(name))
      return name.includes(digest.slice("sha256:".length)) ? [] : [`${name} holds ${digest}`]
    }),
  )
  return found.flat()
}

async function taggedDigest(driver: StorageDriver): Promise<string | undefined> {
  const { budget } = resources()
  await using registry = createRegistry(driver, { scope: "store", publish: "on-put", budget })
  return await registry.tags.resolve(NAME, TAG)
}

async function unreadable(
  driver: StorageDriver,
  service: Service,
  content: Content,
): Promise<readonly string[]> {
  const { failure, wrong } = await pull(driver, service, content)
  return failure ? [`the tag's image cannot be pulled: ${failure.sentence}`, ...wrong] : wrong
}
