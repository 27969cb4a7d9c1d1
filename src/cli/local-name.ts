/**
 * Names of images in the daemon.
 * @module
 */
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

/** @throws UsageError unless an image can be called so */
export function parseLocalName(text: string): LocalName {
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1)
  const repository = colon === -1 ? text : text.slice(0, colon)
  const tag = colon === -1 ? "latest" : text.slice(colon + 1)
  if (isRepositoryName(repository.replace(HOST, "")) && isTag(tag)) return { repository, tag }
  throw new UsageError(
    `--image '${text}' is no name for a local image: lower case, with a tag and no digest, for example myapp:v1.0`,
  )
}
