/**
 * Content digests: `sha256:<64 hex>` and `sha512:<128 hex>`.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 * @module
 */
import { createHash } from "node:crypto"
import { RegistryError } from "./errors.ts"

declare const brand: unique symbol

/** A digest that has been checked: a registered algorithm, a colon, lower-case hex of the right length. */
export type Digest = string & { readonly [brand]: "digest" }

/** Length in hex characters of each algorithm that we can compute. */
const HEX_LENGTH = { sha256: 64, sha512: 128 } as const

export type DigestAlgorithm = keyof typeof HEX_LENGTH

const PATTERN = /^(sha256|sha512):([a-f0-9]+)$/

export function isDigest(text: string): text is Digest {
  const match = PATTERN.exec(text)
  return match !== null && match[2]?.length === HEX_LENGTH[match[1] as DigestAlgorithm]
}

/** @throws RegistryError DIGEST_INVALID */
export function parseAlgorithm(text: string): DigestAlgorithm {
  if (Object.hasOwn(HEX_LENGTH, text)) return text as DigestAlgorithm
  throw new RegistryError("DIGEST_INVALID", {
    message: `'${text}' is not a digest algorithm that this registry computes: sha256, sha512`,
  })
}

/** @throws RegistryError DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new RegistryError("DIGEST_INVALID", {
    message: `'${text}' is not a digest: expected sha256:<64 hex digits> or sha512:<128 hex digits>`,
  })
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(":")) as DigestAlgorithm
}

export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1)
}

/** The first 12 hex digits: enough for people to tell digests apart. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}

export interface Hasher {
  readonly algorithm: DigestAlgorithm
  update(chunk: Uint8Array): void
  /** The digest of everything so far; the hasher can be fed on afterwards. */
  digest(): Digest
}

export function createHasher(algorithm: DigestAlgorithm = "sha256"): Hasher {
  const hash = createHash(algorithm)
  return {
    algorithm,
    update: (chunk) => void hash.update(chunk),
    digest: () => `${algorithm}:${hash.copy().digest("hex")}` as Digest,
  }
}

export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}` as Digest
}
