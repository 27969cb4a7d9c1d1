/**
 * Text of a request becomes a name, a digest, a reference or a range, or an error of the specification.
 * @module
 */
import { type Digest, type DigestAlgorithm, parseAlgorithm, parseDigest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import {
  isTag,
  parseReference,
  parseRepositoryName,
  parseTag,
  type Reference,
  type RepositoryName,
  type Tag,
} from "../oci/reference.ts"
import type { ByteRange } from "../storage/driver.ts"
import type { Action, AppContext } from "./env.ts"

/**
 * The repository that the path names. No handler gets at it without saying what it is about to do there.
 * @throws RegistryError NAME_INVALID, DENIED
 */
export function repositoryOf(c: AppContext, action: Action): RepositoryName {
  const name = parseRepositoryName(c.req.param("name") ?? "")
  if (c.get("access")(name, action)) return name
  throw new RegistryError("DENIED", { detail: { name, action } })
}

/** @throws RegistryError DIGEST_INVALID */
export function digestOfPath(c: AppContext): Digest {
  return parseDigest(c.req.param("digest") ?? "")
}

/** What a manifest is to be put under. @throws RegistryError MANIFEST_INVALID, DIGEST_INVALID */
export function referenceOf(c: AppContext): Reference {
  return parseReference(c.req.param("reference") ?? "")
}

/** What a manifest is asked for by: under what is no tag there is none. @throws RegistryError MANIFEST_UNKNOWN, DIGEST_INVALID */
export function knownReferenceOf(c: AppContext): Reference {
  const reference = c.req.param("reference") ?? ""
  if (reference.includes(":") || isTag(reference)) return parseReference(reference)
  throw new RegistryError("MANIFEST_UNKNOWN", { detail: { reference } })
}

/** The `digest` parameter of an upload's request. @throws RegistryError DIGEST_INVALID */
export function digestOfQuery(c: AppContext): Digest | undefined {
  const text = c.req.query("digest")
  return text === undefined ? undefined : parseDigest(text)
}

/** The algorithm by which an upload's digest will be, if the client tells it beforehand. @throws RegistryError DIGEST_INVALID */
export function algorithmOfQuery(c: AppContext): DigestAlgorithm | undefined {
  const text = c.req.query("digest-algorithm")
  return text === undefined ? undefined : parseAlgorithm(text)
}

/** Tags that one manifest can be given at once; the specification asks for 10. */
const TAG_LIMIT = 100

/**
 * Tags that a manifest put by digest is to have.
 * @throws RegistryError MANIFEST_INVALID, UNSUPPORTED with status 414 where there are too many
 */
export function tagsOfQuery(c: AppContext): readonly Tag[] {
  const tags = c.req.queries("tag") ?? []
  if (tags.length <= TAG_LIMIT) return [...new Set(tags.map(parseTag))]
  throw new RegistryError("UNSUPPORTED", {
    status: 414,
    message: `${tags.length} tags are more than the ${TAG_LIMIT} that one request can set`,
  })
}

/** Entries wanted on a page of a list. @throws RegistryError UNSUPPORTED */
export function pageSize(c: AppContext): number | undefined {
  const text = c.req.query("n")
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new RegistryError("UNSUPPORTED", { status: 400, message: `n='${text}' is not a number of entries` })
}

/** The `Link` header to the page after this one (RFC 8288). */
export function nextPage(path: string, query: Readonly<Record<string, string>>): string {
  return `<${path}?${new URLSearchParams(query).toString()}>; rel="next"`
}

/** Bytes that a body is announced to have; undefined with chunked transfer. */
export function contentLength(c: AppContext): number | undefined {
  const text = c.req.header("content-length")
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/**
 * The first byte's offset in `Content-Range: <start>-<end>`, which here has no unit and no total.
 * @throws RegistryError BLOB_UPLOAD_INVALID with status 416
 */
export function chunkStart(c: AppContext): number | undefined {
  const text = c.req.header("content-range")
  if (text === undefined) return undefined
  const match = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/.*)?$/.exec(text)
  const [start, end] = [Number(match?.[1]), Number(match?.[2])]
  const length = contentLength(c)
  if (match && end >= start && (length === undefined || end - start + 1 === length)) return start
  throw new RegistryError("BLOB_UPLOAD_INVALID", {
    status: 416,
    message: `Content-Range '${text}' does not describe this body: expected <start>-<end>, both included`,
  })
}

/**
 * A single range of bytes (RFC 9110, section 14.1.2) within a blob. Undefined: send everything, for what is
 * no byte range, or asks for several, may be ignored.
 * @throws RegistryError SIZE_INVALID with status 416
 */
export function byteRange(
  header: string | undefined,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): Required<ByteRange> | undefined {
  const match = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.replaceAll(" ", ""))
  if (!match || (match[1] === "" && match[2] === "")) return undefined
  const [first, last] = [match[1] ?? "", match[2] ?? ""]
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (start < size && start <= end) return { start, end }
  throw new RegistryError("SIZE_INVALID", {
    status: 416,
    message: `the blob ${digest} has ${size} bytes, and none in the range '${header}'`,
    headers: { "content-range": `bytes */${size}` },
  })
}
