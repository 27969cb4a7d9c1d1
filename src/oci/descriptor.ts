/**
 * Content descriptors.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 * @module
 */
import { type Digest, isDigest } from "./digest.ts"

export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

/** `linux/arm64/v8`, as people write platforms. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`
}

/** Reads a descriptor out of parsed JSON; undefined if it is none. Unknown fields are ignored. */
export function readDescriptor(value: unknown): Descriptor | undefined {
  if (!isRecord(value)) return undefined
  const { mediaType, digest, size, platform, annotations } = value
  if (typeof digest !== "string" || !isDigest(digest)) return undefined
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined
  return {
    mediaType: typeof mediaType === "string" ? mediaType : "",
    digest,
    size,
    ...(isPlatform(platform) && { platform }),
    ...(isRecord(annotations) && { annotations: annotations as Record<string, string> }),
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isPlatform(value: unknown): value is Platform {
  return isRecord(value) && typeof value["os"] === "string" && typeof value["architecture"] === "string"
}
