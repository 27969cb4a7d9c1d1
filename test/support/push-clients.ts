/**
 * Clients that push, each in its own way: crane streams chunks, regctl sends whole bodies, and by hand goes what neither makes.
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hexOf } from "../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX } from "../../src/oci/media-types.ts"
import type { Content } from "./oci-content.ts"
import { run, succeed } from "./programs.ts"
import { pushContent } from "./registry-client.ts"

export interface Push {
  readonly name: string
  readonly tag: string
  readonly content: Content
}

export const PUSH_CLIENTS = {
  http: (address: string, { name, tag, content }: Push) => pushContent(address, name, tag, content),

  crane: (address: string, push: Push) =>
    inLayout(push, async (layout, env) => {
      await succeed("crane", ["push", layout, `${address}/${push.name}:${push.tag}`], { env })
    }),

  regctl: (address: string, push: Push) =>
    inLayout(push, async (layout, env) => {
      const plain = ["--host", `reg=${address},tls=disabled`]
      const [from, to] = [`ocidir://${layout}:${push.tag}`, `${address}/${push.name}:${push.tag}`]
      await succeed("regctl", ["image", "copy", ...plain, from, to], { env })
    }),
} as const satisfies Record<string, (address: string, push: Push) => Promise<void>>

export type PushClient = keyof typeof PUSH_CLIENTS

/** A folder that does not exist. */
const NO_HOME = join(tmpdir(), "oci-store-no-home")

/** An environment in which no configuration of whoever runs this is seen. */
function withHome(directory: string): NodeJS.ProcessEnv {
  return { HOME: directory, DOCKER_CONFIG: directory }
}

/** What crane finds wrong with an image or index when it reads all of it; empty when nothing is. */
export async function craneFindings(address: string, name: string, reference: string): Promise<string> {
  const separator = reference.includes(":") ? "@" : ":"
  const remote = `${address}/${name}${separator}${reference}`
  const { code, said } = await run("crane", ["validate", "--remote", remote], { env: withHome(NO_HOME) })
  return code === 0 ? "" : said
}

/** Gives the content as an OCI layout, and an environment to use it in. */
async function inLayout(
  { tag, content }: Push,
  use: (layout: string, env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "oci-store-layout-"))
  try {
    const layout = join(directory, "layout")
    const { children, root, blobs } = content
    const manifests = [...children, root].map(({ digest, bytes }) => [digest, bytes] as const)
    await mkdir(join(layout, "blobs", "sha256"), { recursive: true })
    for (const [digest, bytes] of [...blobs, ...manifests]) {
      await writeFile(join(layout, "blobs", "sha256", hexOf(digest)), bytes)
    }
    await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }))
    const { mediaType, digest, bytes } = root
    const annotations = { "org.opencontainers.image.ref.name": tag }
    const entry = { mediaType, digest, size: bytes.length, annotations }
    const index = { schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests: [entry] }
    await writeFile(join(layout, "index.json"), JSON.stringify(index))
    await use(layout, withHome(directory))
  } finally {
    await rm(directory, { recursive: true })
  }
}
