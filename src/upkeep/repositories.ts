/**
 * Which repositories a store has: the layout keeps no list of them, so its directories are walked.
 * @module
 */
import { isRepositoryName, type RepositoryName } from "../oci/reference.ts"
import { repositoriesRoot } from "../registry/layout.ts"
import type { StorageDriver } from "../storage/driver.ts"

export interface FoundRepository {
  readonly name: RepositoryName
  readonly hasManifests: boolean
  readonly hasUploads: boolean
}

/**
 * Everything below `repositories/` that is called as repositories may be, one listing for each.
 * @param below empty, or where to begin: a name and a slash
 */
export async function* walkRepositories(
  driver: StorageDriver,
  signal?: AbortSignal,
  below = "",
): AsyncGenerator<FoundRepository> {
  const root = repositoriesRoot + below
  const own = new Set<string>()
  const children: string[] = []
  for await (const { key } of driver.list(root, { delimiter: "/", signal })) {
    const part = key.slice(root.length)
    if (!part.endsWith("/")) continue
    if (part.startsWith("_")) own.add(part)
    else children.push(`${below}${part}`)
  }
  const name = below.slice(0, -1)
  if (isRepositoryName(name) && own.size > 0) {
    yield { name, hasManifests: own.has("_manifests/"), hasUploads: own.has("_uploads/") }
  }
  for (const child of children) yield* walkRepositories(driver, signal, child)
}
