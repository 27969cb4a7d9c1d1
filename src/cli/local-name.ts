/**
 * Names of images in the daemon.
 * @module
 */
import { isDigest } from "../oci/digest.ts"
import { isRepositoryName, isTag } from "../oci/reference.ts"
import { UsageError } from "./usage-error.ts"

export interface LocalName {
  /** With the registry's address, if it has one. */
  readonly repository: string
  readonly tag: string
}

/** A registry's host, with or without port, before the first slash. */
const HOST =
  /^(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|\[[0-9a-fA-F:]+\]|[A-Za-z0-9-]+(?=:))(?::\d+)?\//

/** An id of an image, or the start of one. */
const ID = /^(?:sha256:)?[0-9a-f]{1,64}$/

/**
 * The name of an image to push: a name with or without tag or digest, or an id.
 * @throws UsageError unless an image can be called so
 */
export function parseSourceName(text: string): string {
  const at = text.indexOf("@")
  const name = at === -1 ? text : text.slice(0, at)
  if (at !== -1 && !isDigest(text.slice(at + 1))) refuse(text, "what follows '@' is no digest")
  if (!ID.test(text) && !readName(name))
    refuse(text, "expected lower case, for example myapp:v1.0, or an image's id")
  return text
}

/**
 * The name that a pulled image gets.
 * @throws UsageError unless an image can be called so
 */
export function parseLocalName(text: string): LocalName {
  return (
    readName(text) ?? refuse(text, "expected lower case, with a tag and no digest, for example myapp:v1.0")
  )
}

function readName(text: string): LocalName | undefined {
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1)
  const repository = colon === -1 ? text : text.slice(0, colon)
  const tag = colon === -1 ? "latest" : text.slice(colon + 1)
  return isRepositoryName(repository.replace(HOST, "")) && isTag(tag) ? { repository, tag } : undefined
}

function refuse(text: string, expected: string): never {
  throw new UsageError(`--image '${text}' is no name for a local image: ${expected}`)
}
