/**
 * What `doctor` is to look at: the machine alone, a backend, or a store and perhaps an image in it.
 * @module
 */
import { resolve } from "node:path"
import type { RepositoryName } from "../oci/reference.ts"
import { type Backend, BACKENDS, DEFAULT_BACKEND } from "./backends.ts"
import type { Invocation } from "./command.ts"
import { isFolder, parsePlace } from "./reference.ts"
import { UsageError } from "./usage-error.ts"

export interface Patient {
  readonly backend?: Backend | undefined
  /** The bucket's name, or the folder's absolute path. */
  readonly location?: string
  readonly name?: RepositoryName
}

/**
 * @param named the backend that the command stands below
 * @throws UsageError
 */
export function readPatient({ words, values, io }: Invocation, named: Backend | undefined): Patient {
  const [first, ...others] = words
  const said = named ? undefined : BACKENDS.find(({ name }) => name === first)
  const [word, ...rest] = said ? others : words
  if (rest.length > 0) throw new UsageError("A doctor looks at one store at a time: name one")
  const dir = values.text("dir")
  const fallback = BACKENDS.find((each) =>
    dir === undefined ? each.name === DEFAULT_BACKEND : isFolder(each),
  )
  if (!fallback) throw new UsageError("No backend keeps images in folders, as --dir wants it")
  const backend = said ?? named
  if (word === undefined) {
    return dir === undefined ? { backend } : { backend: backend ?? fallback, location: resolve(io.cwd, dir) }
  }
  const place = parsePlace(word, { backends: BACKENDS, backend, fallback, dir })
  return isFolder(place.backend) ? { ...place, location: resolve(io.cwd, place.location) } : place
}
