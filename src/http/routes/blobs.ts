/**
 * Blobs: GET, HEAD, DELETE.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 * @module
 */
import { Hono } from "hono"
import { OCTET_STREAM } from "../../oci/media-types.ts"
import { type BlobLocation, blobUnknown } from "../../registry/blobs.ts"
import { sendBody } from "../body.ts"
import { type AppContext, type Env, hangUpOf } from "../env.ts"
import { byteRange, digestOfPath, repositoryOf } from "../params.ts"

export const blobs = new Hono<Env>()
  .get("/v2/:name{.+}/blobs/:digest", (c) => (c.req.method === "HEAD" ? head(c) : get(c)))
  .delete("/v2/:name{.+}/blobs/:digest", async (c) => {
    const name = repositoryOf(c, "delete")
    await c.get("registry").blobs.delete(name, digestOfPath(c))
    return c.body(null, 202)
  })

async function head(c: AppContext): Promise<Response> {
  const name = repositoryOf(c, "pull")
  const digest = digestOfPath(c)
  const found = await c.get("registry").blobs.stat(name, digest, hangUpOf(c))
  if (!found) throw blobUnknown(name, digest)
  return c.body(null, 200, blobHeaders(digest, found.size))
}

async function get(c: AppContext): Promise<Response> {
  const name = repositoryOf(c, "pull")
  const digest = digestOfPath(c)
  const { blobs } = c.get("registry")
  const signal = hangUpOf(c)
  const asked = c.req.header("range")
  const found: BlobLocation | undefined = await (blobs.locate?.(name, digest, signal) ??
    (asked === undefined ? undefined : blobs.stat(name, digest, signal)))
  const range = found && byteRange(asked, found)
  if (found?.url) return elsewhere(c, digest, found.url)
  const blob = await blobs.read(name, digest, range, signal)
  if (!range) return sendBody(c, 200, blobHeaders(digest, blob.size), blob.body)
  const headers = {
    ...blobHeaders(digest, range.end - range.start + 1),
    "content-range": `bytes ${range.start}-${range.end}/${blob.size}`,
  }
  return sendBody(c, 206, headers, blob.body)
}

/**
 * Never in answer to HEAD: the signature is for GET. A client that sends a range sends it there again, and leaves its credentials
 * out, as the specification demands.
 */
function elsewhere(c: AppContext, digest: string, url: URL): Response {
  return c.body(null, 307, {
    location: url.href,
    "content-length": "0",
    "docker-content-digest": digest,
    "cache-control": "no-store",
  })
}

function blobHeaders(digest: string, length: number): Record<string, string> {
  return {
    "content-type": OCTET_STREAM,
    "content-length": String(length),
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  }
}
