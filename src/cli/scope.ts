/**
 * What of a store a command is about: all of it, a repository, or one reference.
 * @module
 */
import { resolve } from "node:path"
import type { Scope } from "../upkeep/roots.ts"
import { type Backend, BACKENDS, DEFAULT_BACKEND } from "./backends.ts"
import type { Invocation } from "./command.ts"
import { formOf, isFolder, parsePlace, parseReference } from "./reference.ts"
import type { Store } from "./store.ts"
import { UsageError } from "./usage-error.ts"

export interface ScopedStore {
  readonly store: Store
  readonly scope: Scope
}

/**
 * A name without a tag means all of them here, not `latest`.
 *
 * @param named the backend that the command stands below
 * @throws UsageError
 */
export function readScope({ words, values, io }: Invocation, named: Backend | undefined): ScopedStore {
  const [word, ...others] = words
  if (others.length > 0)
    throw new UsageError("One store at a time, or one reference: run the command for each")
  const dir = values.text("dir")
  const fallback = BACKENDS.find((each) =>
    dir === undefined ? each.name === DEFAULT_BACKEND : isFolder(each),
  )
  if (!fallback) throw new UsageError("No backend keeps images in folders, as --dir wants it")
  const at = (backend: Backend, location: string): Store => ({
    backend,
    location: isFolder(backend) ? resolve(io.cwd, location) : location,
  })
  if (word === undefined) {
    const backend = named ?? fallback
    if (dir !== undefined) return { store: at(backend, dir), scope: {} }
    const { container } = backend
    const example = isFolder(backend) ? "./images" : `my-${container}`
    throw new UsageError(
      `The ${container} is missing. Expected: ${container}, for example ${example}, or ${formOf(backend)}`,
    )
  }
  const grammar = { backends: BACKENDS, backend: named, fallback, dir }
  const { backend, location, name } = parsePlace(word, grammar)
  const store = at(backend, location)
  if (name === undefined || !hasTag(word)) return { store, scope: { name } }
  const { tag, digest } = parseReference(word, grammar)
  return { store, scope: { name, reference: digest === undefined ? { tag } : { digest } } }
}

/** @throws UsageError if there is more than a bucket or a folder */
export function readStore(invocation: Invocation, named: Backend | undefined): Store {
  const { store, scope } = readScope(invocation, named)
  if (scope.name === undefined) return store
  throw new UsageError(
    `This is done for a ${store.backend.container} as a whole: leave out '${scope.name}' and what follows it`,
  )
}

/** A tag, or a digest, follows the name. */
function hasTag(word: string): boolean {
  return /:[^/]*$/.test(word)
}
