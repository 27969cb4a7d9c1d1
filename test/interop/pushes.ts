/**
 * What the suites push: each shape of content that clients make, by a client that makes it.
 * @module
 */
import { SPOOL_MEMORY } from "../../src/registry/spool.ts"
import { patternedBytes } from "../support/bytes.ts"
import { artifact, EMPTY_LAYER, emptyIndex, image, layerOf, multiPlatform } from "../support/oci-content.ts"
import type { Pair } from "../support/interop.ts"
import type { Push, PushClient } from "../support/push-clients.ts"

export interface NamedPush extends Push {
  readonly what: string
  readonly by: PushClient
  /** An image, or an index of images, in every respect: crane can validate it. */
  readonly runs: boolean
}

const base = layerOf("a base")
export const APP = image([base, layerOf("an app")])
/** Names {@link APP} as its subject. */
export const REPORT = artifact(Buffer.from("all is well"), { subject: APP.root })

/** Stored by all registries in the same way, to the last byte. */
export const PUSHES: readonly NamedPush[] = [
  { what: "an image", by: "crane", name: "app", tag: "v1", content: APP, runs: true },
  {
    what: "the image under another name",
    by: "crane",
    name: "copies/app",
    tag: "v1",
    content: APP,
    runs: true,
  },
  {
    what: "another image on the same base",
    by: "regctl",
    name: "other",
    tag: "latest",
    content: image([base, layerOf("another app")]),
    runs: true,
  },
  {
    what: "an image with an empty layer",
    by: "crane",
    name: "layers",
    tag: "empty",
    content: image([EMPTY_LAYER, layerOf("after nothing")]),
    runs: true,
  },
  {
    what: "an index of two platforms",
    by: "crane",
    name: "multi",
    tag: "crane",
    content: multiPlatform("platforms by crane"),
    runs: true,
  },
  {
    what: "another index of two platforms",
    by: "regctl",
    name: "multi",
    tag: "regctl",
    content: multiPlatform("platforms by regctl"),
    runs: true,
  },
  {
    what: "an artifact about the image",
    by: "regctl",
    name: "app",
    tag: "report",
    content: REPORT,
    runs: false,
  },
  {
    // Too large to be kept in memory until its digest is known, and crane does not tell it before.
    what: "an artifact that is a large file",
    by: "crane",
    name: "artifacts",
    tag: "large",
    content: artifact(patternedBytes(SPOOL_MEMORY + 1)),
    runs: false,
  },
]

/**
 * As {@link PUSHES}, but that 2.8 cannot take it over S3: it completes an upload of nothing without a single part, which S3
 * refuses.
 */
export const EMPTY_FILE: NamedPush = {
  what: "an artifact that is an empty file",
  by: "http",
  name: "artifacts",
  tag: "nothing",
  content: artifact(Buffer.alloc(0)),
  runs: false,
}

/** Stored by us in a way that a stock registry's collector does less harm to. */
export const SAFER_PUSHES: readonly NamedPush[] = [
  {
    what: "an artifact whose file is named by sha512",
    by: "http",
    name: "artifacts/long",
    tag: "sha512",
    content: artifact(Buffer.from("named by sha512"), { sha512: true }),
    runs: false,
  },
  { what: "an empty index", by: "http", name: "nothing", tag: "v1", content: emptyIndex(), runs: false },
]

/** What a stock registry can take over that store. */
export function stockPushes({ version, kind }: Pair): readonly NamedPush[] {
  return version === "2.8" && kind === "S3" ? PUSHES : [...PUSHES, EMPTY_FILE]
}
