/**
 * The tags that a verification is about.
 * @module
 */
import { isTag, type Reference, type RepositoryName, type Tag } from "../oci/reference.ts"
import { tagsRoot } from "../registry/layout.ts"
import { walkRepositories } from "../registry/repositories.ts"
import type { StorageDriver } from "../storage/driver.ts"

/** What of a store is meant: with nothing given all of it, with a name every tag of that repository. */
export interface Scope {
  readonly name?: RepositoryName | undefined
  readonly reference?: Reference | undefined
}

interface FoundTag {
  readonly name: RepositoryName
  readonly tag: Tag
}

/** Every tag in the scope, which is no single reference. */
export async function* tagsIn(
  driver: StorageDriver,
  { name }: Scope,
  signal?: AbortSignal,
): AsyncGenerator<FoundTag> {
  const names = name === undefined ? namesIn(driver, signal) : [name]
  for await (const each of names) yield* tagsOf(driver, each, signal)
}

async function* namesIn(driver: StorageDriver, signal?: AbortSignal): AsyncGenerator<RepositoryName> {
  for await (const { name, hasManifests } of walkRepositories(driver, { signal })) {
    if (hasManifests) yield name
  }
}

async function* tagsOf(
  driver: StorageDriver,
  name: RepositoryName,
  signal?: AbortSignal,
): AsyncGenerator<FoundTag> {
  const root = tagsRoot(name)
  for await (const { key } of driver.list(root, { delimiter: "/", signal })) {
    const tag = key.slice(root.length).replace(/\/$/, "")
    if (isTag(tag)) yield { name, tag }
  }
}
