/**
 * Which repositories there are: the layout keeps no list of them, so its directories are walked.
 * @module
 */
import { isRepositoryName, type RepositoryName } from "../oci/reference.ts"
import type { Cancellable, StorageDriver } from "../storage/driver.ts"
import { ahead } from "./ahead.ts"
import { repositoriesRoot, repositoryRoot } from "./layout.ts"

export interface FoundRepository {
  readonly name: RepositoryName
  /** It has blobs or manifests, or has had some: not only uploads that were never finished. */
  readonly exists: boolean
  readonly hasManifests: boolean
  readonly hasUploads: boolean
}

export interface WalkOptions extends Cancellable {
  /** Leaves out most of what comes before this name. */
  readonly after?: string | undefined
}

/** Directories listed before their turn. */
const AHEAD = 16

/** Everything below `repositories/` that is called as repositories may be, ordered as `<name>/`, one listing for each. */
export function walkRepositories(
  driver: StorageDriver,
  options: WalkOptions = {},
): AsyncGenerator<FoundRepository> {
  return walk(driver, "", options)
}

/** Whether the repository has blobs or manifests, or has had some. */
export async function isRepository(driver: StorageDriver, name: RepositoryName): Promise<boolean> {
  const root = repositoryRoot(name)
  for await (const { key } of driver.list(`${root}_`, { delimiter: "/" })) {
    if (isContent(key.slice(root.length, -1))) return true
  }
  return false
}

/** @param path empty, or a name and a slash */
async function* walk(
  driver: StorageDriver,
  path: string,
  options: WalkOptions,
): AsyncGenerator<FoundRepository> {
  const { after = "", signal } = options
  const root = repositoriesRoot + path
  const next = after.startsWith(path) ? after.slice(path.length).split("/", 1)[0] : ""
  const own = new Set<string>()
  /** Digits come before `_`, and so before it is known what this directory itself is. */
  const early: string[] = []

  async function* itself(): AsyncGenerator<FoundRepository> {
    const name = path.slice(0, -1)
    const found = {
      exists: [...own].some(isContent),
      hasManifests: own.has("_manifests"),
      hasUploads: own.has("_uploads"),
    }
    if (isRepositoryName(name) && (found.exists || found.hasUploads)) yield { name, ...found }
  }

  async function* parts(): AsyncGenerator<AsyncGenerator<FoundRepository>> {
    let told = false
    function* tell() {
      if (told) return
      told = true
      yield itself()
      for (const child of early) yield walk(driver, child, options)
    }
    for await (const { key } of driver.list(root, {
      delimiter: "/",
      signal,
      ...(next && { startAfter: root + next }),
    })) {
      if (!key.endsWith("/")) continue
      const component = key.slice(root.length, -1)
      const child = `${path}${component}/`
      if (component.startsWith("_")) own.add(component)
      else if (isPassed(child.slice(0, -1), after)) continue
      else if (component < "_") early.push(child)
      else {
        yield* tell()
        yield walk(driver, child, options)
      }
    }
    yield* tell()
  }

  yield* ahead(parts(), AHEAD)
}

/** Nothing in or below this name comes after `after`. */
function isPassed(name: string, after: string): boolean {
  return name < after && !after.startsWith(name)
}

function isContent(component: string): boolean {
  return component === "_layers" || component === "_manifests"
}
