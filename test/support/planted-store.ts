/**
 * A store with images in it, small and the same each time, for damage to be planted in.
 * @module
 */
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { createRegistry } from "../../src/registry/registry.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { artifact, type Content, emptyIndex, image, layerOf, multiPlatform } from "./oci-content.ts"
import { chunksOf, MiB } from "./bytes.ts"

export const APP = "team/app" as RepositoryName
export const OTHER = "other" as RepositoryName
export const V1 = "v1" as Tag
export const V2 = "v2" as Tag

const base = layerOf("shared by all images")

/** What lies in it: `team/app:v1` and `v2` and `other:v1` share a layer, `other:v2` is an index of two platforms. */
export const contents = {
  v1: image([base, layerOf("of v1 alone")]),
  v2: image([base, layerOf("of v2 alone")]),
  other: image([base]),
  index: multiPlatform("for two platforms"),
  sha512: artifact(Buffer.from("named by sha512"), { sha512: true }),
  empty: emptyIndex(),
} as const

export async function putContent(
  driver: StorageDriver,
  name: RepositoryName,
  tag: Tag,
  { blobs, children, root }: Content,
): Promise<void> {
  const budget = createMemoryBudget(16 * MiB)
  await using registry = createRegistry(driver, { scope: "store", publish: "on-put", budget })
  for (const [digest, bytes] of blobs) await registry.uploads.put(name, digest, chunksOf(bytes), bytes.length)
  for (const { digest, bytes, mediaType } of children) {
    await registry.manifests.put(name, { digest }, bytes, mediaType)
  }
  await registry.manifests.put(name, { tag }, root.bytes, root.mediaType)
}

export async function plantStore(driver: StorageDriver): Promise<void> {
  await putContent(driver, APP, V1, contents.v1)
  await putContent(driver, APP, V2, contents.v2)
  await putContent(driver, OTHER, V1, contents.other)
  await putContent(driver, OTHER, V2, contents.index)
}
