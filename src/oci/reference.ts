/**
 * Repository names, tags, and the "tag or digest" that names a manifest.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 * @module
 */
import { type Digest, parseDigest } from "./digest.ts"
import { RegistryError } from "./errors.ts"

declare const brand: unique symbol

/** A repository name of the specification's grammar, at most 255 characters. */
export type RepositoryName = string & { readonly [brand]: "repository" }

/** A tag of the specification's grammar, at most 128 characters. */
export type Tag = string & { readonly [brand]: "tag" }

/** What stands behind the name in `manifests/<reference>`. */
export type Reference =
  | { readonly tag: Tag; readonly digest?: never }
  | { readonly digest: Digest; readonly tag?: never }

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const NAME_LIMIT = 255

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= NAME_LIMIT && NAME.test(text)
}

/** @throws RegistryError NAME_INVALID */
export function parseRepositoryName(text: string): RepositoryName {
  if (isRepositoryName(text)) return text
  throw new RegistryError("NAME_INVALID", { detail: { name: text } })
}

export function isTag(text: string): text is Tag {
  return TAG.test(text)
}

/** @throws RegistryError MANIFEST_INVALID for a bad tag, DIGEST_INVALID for a bad digest */
export function parseReference(text: string): Reference {
  return text.includes(":") ? { digest: parseDigest(text) } : { tag: parseTag(text) }
}

/** @throws RegistryError MANIFEST_INVALID */
export function parseTag(text: string): Tag {
  if (isTag(text)) return text
  throw new RegistryError("MANIFEST_INVALID", {
    message: `'${text}' is not a tag: letters, digits, '_', '.' and '-' only, at most 128 of them`,
  })
}
