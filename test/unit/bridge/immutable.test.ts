import { describe, expect, it } from "vitest"
import { foreseenDigest, refuseTaken } from "../../../src/bridge/immutable.ts"
import type { FoundImage } from "../../../src/bridge/local-image.ts"
import type { LocalManifest } from "../../../src/docker/images.ts"
import { digestOf } from "../../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"

const digest = digestOf(Buffer.from("manifest"))
const other = digestOf(Buffer.from("another"))
const name = "team/app" as RepositoryName
const amd64 = { os: "linux", architecture: "amd64" }

const held = (available: boolean): LocalManifest => ({
  digest: other,
  kind: "image",
  platform: amd64,
  available,
})
const image = (manifests?: readonly LocalManifest[]): FoundImage => ({
  name: "app:1",
  id: digest,
  repoTags: [],
  repoDigests: [],
  size: 1,
  layers: [],
  ...(manifests && { manifests }),
})

describe("the digest that will be pushed", () => {
  it.each([
    ["an image that the containerd store holds whole", image([held(true)]), "containerd", undefined, digest],
    ["one that lacks a platform", image([held(true), held(false)]), "containerd", undefined, undefined],
    ["one of which nobody says what it holds", image(), "containerd", undefined, undefined],
    ["a single platform of it", image([held(true)]), "containerd", amd64, undefined],
    ["an image of the classic store", image(), "classic", undefined, undefined],
  ] as const)("of %s", (_, found, store, platform, expected) => {
    expect(foreseenDigest(found, { store }, platform)).toBe(expected)
  })
})

it("refuses the first tag that names something else, and none that is new or the same", () => {
  const target = (tag: string, previous?: typeof digest) => ({ name, tag: tag as Tag, digest, previous })
  refuseTaken([target("new"), target("same", digest)])
  expect(() => refuseTaken([target("new"), target("v1", other), target("v2", other)])).toThrow(
    expect.objectContaining({
      code: "TAG_EXISTS",
      message: `The tag 'team/app:v1' names ${other} and not ${digest}, and --immutable-tags keeps it so; push under another tag.`,
    }),
  )
})
