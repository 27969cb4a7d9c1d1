/**
 * Requests of every route, right and wrong in every part.
 * @module
 */
import * as fc from "fast-check"
import { MANIFEST_TYPES, OCI_IMAGE_MANIFEST } from "../../../src/oci/media-types.ts"
import { bytes, manifests, STORED } from "./content.ts"
import { digests, mostly, names, numbers, ranges, tags } from "./texts.ts"

export interface FuzzedRequest {
  readonly method: string
  /** As it stands in the request line. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

const METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]

const name = mostly(fc.oneof(fc.constant(STORED.name), names))
const digest = mostly(fc.oneof(fc.constantFrom(...STORED.digests), digests))
const reference = mostly(fc.oneof(fc.constant(STORED.tag), tags, digests, fc.constantFrom(...STORED.digests)))
const id = mostly(fc.uuid())

const paths = fc.oneof(
  name.map((name) => `/v2/${name}/tags/list`),
  fc.tuple(name, digest).map(([name, digest]) => `/v2/${name}/blobs/${digest}`),
  fc.tuple(name, reference).map(([name, reference]) => `/v2/${name}/manifests/${reference}`),
  fc.tuple(name, digest).map(([name, digest]) => `/v2/${name}/referrers/${digest}`),
  name.map((name) => `/v2/${name}/blobs/uploads/`),
  fc.tuple(name, id).map(([name, id]) => `/v2/${name}/blobs/uploads/${id}`),
  fc.constantFrom("/v2/", "/v2", "/v2/_catalog", "/", "//", "/v2//", "/v1/_ping"),
  mostly(name).map((text) => `/${text}`),
)

const queries = fc.dictionary(
  fc.constantFrom("digest", "mount", "from", "n", "last", "ns", "__proto__", "constructor"),
  fc.oneof(digest, name, numbers, reference),
  { maxKeys: 3, noNullPrototype: true },
)

const headers = fc
  .record(
    {
      range: ranges,
      "content-range": ranges,
      "content-type": fc.oneof(fc.constantFrom(...Object.keys(MANIFEST_TYPES)), mostly(fc.constant("a/b"))),
      authorization: fc.oneof(
        fc.base64String({ maxLength: 40 }).map((text) => `Basic ${text}`),
        mostly(fc.constant("Bearer x")),
      ),
      accept: mostly(fc.constant(OCI_IMAGE_MANIFEST)),
      "x-forwarded-proto": mostly(fc.constant("https")),
    },
    { requiredKeys: [] },
  )
  .map((given) =>
    Object.fromEntries(Object.entries(given).map(([header, value]) => [header, sendable(value)])),
  )

export const requests: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: paths,
    query: queries,
    isEncoded: fc.boolean(),
    headers,
    body: fc.oneof(fc.constant(undefined), bytes, manifests),
  })
  .map(({ method, path, query, isEncoded, headers, body }) => {
    const encode = isEncoded ? encodeURIComponent : sendable
    const pairs = Object.entries(query).map(([key, value]) => `${key}=${encode(value)}`)
    const hasBody = !["GET", "HEAD"].includes(method)
    return {
      method,
      path: `${sendable(path).replace(/[?#]/g, "")}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`,
      headers,
      body: hasBody ? body : undefined,
    }
  })

/** Of a text, what Node lets into a request line or a header. */
function sendable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()))
}
