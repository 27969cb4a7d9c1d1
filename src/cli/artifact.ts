/**
 * The part of a reference that the store's kind does not matter for: `path[:tag][@digest]`.
 * @module
 */
import { type Digest, isDigest } from "../oci/digest.ts"
import { isRepositoryName, isTag, type RepositoryName, type Tag } from "../oci/reference.ts"
import type { Refuse } from "./location.ts"

/** By tag, or by digest: the tag beside a digest says only what it is called. */
export type Artifact = { readonly name: RepositoryName } & (
  | { readonly tag: Tag; readonly digest?: never }
  | { readonly tag?: Tag; readonly digest: Digest }
)

const NAME_LIMIT = 255

/** @param refuse throws, given what is wrong: half a sentence */
export function parseArtifact(text: string, refuse: Refuse): Artifact {
  const [tagged = "", digest, ...more] = text.split("@")
  if (more.length > 0) return refuse("it has more than one '@'")
  if (digest !== undefined && !isDigest(digest)) {
    return refuse(`'@' stands before a digest, sha256: and 64 hex digits, which '${digest}' is not`)
  }
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1)
  const name = parseName(colon === -1 ? tagged : tagged.slice(0, colon), refuse)
  const written = colon === -1 ? undefined : tagged.slice(colon + 1)
  if (written === "") return refuse("the tag after ':' is empty; without ':' it is 'latest'")
  if (written === undefined && digest !== undefined) return { name, digest }
  const tag = written ?? "latest"
  if (isTag(tag)) return digest === undefined ? { name, tag } : { name, tag, digest }
  return refuse(
    `'${tag}' is no tag: at most 128 letters, digits, '_', '.' and '-', the first neither '.' nor '-'`,
  )
}

function parseName(name: string, refuse: Refuse): RepositoryName {
  if (isRepositoryName(name)) return name
  if (name === "") return refuse("it has no image name")
  if (name.endsWith("/")) return refuse("it ends with '/', where the image name is missing")
  if (name.startsWith("/")) return refuse(`the image name '${name}' starts with '/'`)
  if (name.includes("//")) return refuse(`the image name '${name}' has an empty part between two slashes`)
  if (name.split("/").some((part) => part === "." || part === "..")) {
    return refuse(`the image name '${name}' has a part '.' or '..', which only folders may have`)
  }
  if (name.includes(":"))
    return refuse(`in '${name}' there is a ':' before the last '/': only the tag comes after a ':'`)
  const lower = name.toLowerCase()
  if (isRepositoryName(lower)) return refuse(`image names are lower case: '${lower}' instead of '${name}'`)
  if (name.length > NAME_LIMIT) {
    return refuse(`the image name has ${name.length} characters, ${NAME_LIMIT} are allowed`)
  }
  return refuse(
    `'${name}' is no image name: lower-case letters and digits, joined by '.', '_', '__' or '-', in parts joined by '/'`,
  )
}
