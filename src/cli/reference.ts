/**
 * The grammar of references: `bucket/path:tag`, `folder/name:tag`, `folder//nested/name:tag`, the same as URLs, and `path:tag` with
 * `--dir`. What lies on disk or in a bucket never changes what a reference means.
 * @module
 */
import { type Artifact, parseArtifact } from "./artifact.ts"
import {
  folderOfUrl,
  isBucketName,
  looksLikePath,
  type Refuse,
  splitBucket,
  splitFolder,
} from "./location.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { UsageError } from "./usage-error.ts"

/** What the grammar has to know of a backend. */
export interface ReferenceBackend {
  readonly name: string
  /** The first is the one that is printed. */
  readonly schemes: readonly string[]
  /** What it keeps images in: a `folder` has slashes in its name, anything else is a single word. */
  readonly container: string
}

export type StoreReference<B extends ReferenceBackend> = Artifact & {
  readonly backend: B
  /** The bucket or the folder, as it was written. */
  readonly location: string
}

export interface Grammar<B extends ReferenceBackend> {
  readonly backends: readonly B[]
  /** The one that the command names; without it a URL's scheme decides. */
  readonly backend?: B | undefined
  /** The one of references without scheme. */
  readonly fallback: B
  /** Value of `--dir`: the references are `path:tag`. */
  readonly dir?: string | undefined
}

/** @throws UsageError */
export function parseReference<B extends ReferenceBackend>(
  text: string,
  grammar: Grammar<B>,
): StoreReference<B> {
  const { dir, backends } = grammar
  if (/\p{Cc}/u.test(text))
    throw new UsageError(`${JSON.stringify(text)} is no reference: it has control characters`)
  const [scheme, rest] = splitScheme(text)
  const backend =
    scheme === undefined ? (grammar.backend ?? grammar.fallback) : ofScheme(scheme, text, grammar)
  const refuse = refusal(text, backend, dir !== undefined)
  if (text.trim() === "") refuse("it is empty")
  if (scheme === undefined && dir === undefined) refuseHalfUrl(text, backends, refuse)
  if (text.includes("\\")) refuse("it has backslashes; write '/' instead")
  if (dir !== undefined) {
    if (scheme !== undefined) refuse("with --dir it is only path:tag")
    return { backend, location: dir, ...parseArtifact(text, refuse) }
  }
  if (!isFolder(backend)) {
    if (scheme === undefined && looksLikePath(text)) refuseFolder(backends, refuse)
    const { location, artifact } = splitBucket(rest, backend.container, refuse)
    return { backend, location, ...parseArtifact(artifact, refuse) }
  }
  const { location, artifact } = splitFolder(rest, refuse)
  return {
    backend,
    location: scheme === undefined ? location : folderOfUrl(location, refuse),
    ...parseArtifact(artifact, refuse),
  }
}

/** A store, and perhaps an image in it. */
export interface Place<B extends ReferenceBackend> {
  readonly backend: B
  /** The bucket or the folder, as it was written. */
  readonly location: string
  readonly name?: RepositoryName
}

/**
 * A bucket or a folder alone, also as a URL; or a whole reference, as a push takes it.
 * @throws UsageError
 */
export function parsePlace<B extends ReferenceBackend>(text: string, grammar: Grammar<B>): Place<B> {
  const [scheme, rest] = splitScheme(text)
  const backend =
    scheme === undefined ? (grammar.backend ?? grammar.fallback) : ofScheme(scheme, text, grammar)
  if (grammar.dir === undefined && isFolder(backend) && !/.\/\/|:[^/]*$/.test(rest)) {
    return {
      backend,
      location: scheme === undefined ? rest : folderOfUrl(rest, refusal(text, backend, false)),
    }
  }
  const bucket = rest.replace(/\/$/, "")
  if (!isFolder(backend) && isBucketName(bucket)) return { backend, location: bucket }
  return parseReference(text, grammar)
}

export function isFolder({ container }: ReferenceBackend): boolean {
  return container === "folder"
}

/** Without tag and digest. */
export function shapeOf(backend: ReferenceBackend): string {
  return isFolder(backend) ? "folder/name" : `${backend.container}/path`
}

/** The right form, with an example. */
export function formOf(backend: ReferenceBackend, dir = false): string {
  if (dir) return "path:tag, for example team/myapp:v1.0"
  const example = isFolder(backend)
    ? "./images/myapp:v1.0 (or ./images//team/myapp:v1.0)"
    : `my-${backend.container}/myapp:v1.0`
  return `${shapeOf(backend)}:tag, for example ${example}`
}

function refusal(text: string, backend: ReferenceBackend, dir: boolean): Refuse {
  return (reason) => {
    throw new UsageError(`'${text}' is no reference: ${reason}. Expected: ${formOf(backend, dir)}`)
  }
}

/** `S3://` is `s3://`, as for every URL. */
function splitScheme(text: string): readonly [scheme: string | undefined, rest: string] {
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? []
  return scheme === undefined || rest === undefined ? [undefined, text] : [scheme.toLowerCase(), rest]
}

function ofScheme<B extends ReferenceBackend>(scheme: string, text: string, grammar: Grammar<B>): B {
  const { backends, backend } = grammar
  const named = backends.find(({ schemes }) => schemes.includes(scheme))
  if (!named) {
    const known = backends.map(({ schemes }) => `${schemes[0]}://`).join(", ")
    throw new UsageError(`'${text}' is no reference: there is no backend for ${scheme}://. Known: ${known}`)
  }
  if (backend && backend !== named) {
    throw new UsageError(
      `'${text}' belongs to the backend '${named.name}', not to '${backend.name}': leave out '${backend.name}', or write '${named.name}'`,
    )
  }
  return named
}

/** `s3:/bucket/…` and `file:/srv/…` would be read as a bucket or a folder of that name. */
function refuseHalfUrl(text: string, backends: readonly ReferenceBackend[], refuse: Refuse): void {
  const scheme = backends.flatMap(({ schemes }) => schemes).find((scheme) => text.startsWith(`${scheme}:`))
  if (scheme !== undefined && text.includes("/")) refuse(`a URL starts with '${scheme}://'`)
}

function refuseFolder(backends: readonly ReferenceBackend[], refuse: Refuse): never {
  const names = backends.filter(isFolder).map(({ name }) => `'${name}'`)
  return refuse(`it looks like the path of a folder, for which there is the backend ${names.join(" or ")}`)
}
