/**
 * Manifests and indexes: GET, HEAD, PUT, DELETE.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 * @module
 */
import { Hono } from "hono"
import { MANIFEST_LIMIT } from "../../oci/manifest.ts"
import { readBody } from "../body.ts"
import { type AppContext, type Env, hangUpOf } from "../env.ts"
import { knownReferenceOf, referenceOf, repositoryOf, tagsOfQuery } from "../params.ts"

const PATH = "/v2/:name{.+}/manifests/:reference"

export const manifests = new Hono<Env>()
  .get(PATH, get)
  .put(PATH, async (c) => {
    const name = repositoryOf(c, "push")
    const reference = referenceOf(c)
    const tags = reference.tag === undefined ? tagsOfQuery(c) : []
    const bytes = await readBody(c, MANIFEST_LIMIT)
    const { manifests, referrers } = c.get("registry")
    const contentType = c.req.header("content-type")
    const { digest, manifest } = await manifests.put(name, reference, bytes, contentType, tags)
    return c.body(null, 201, {
      location: `/v2/${name}/manifests/${digest}`,
      "docker-content-digest": digest,
      "content-length": "0",
      ...(tags.length > 0 && { "oci-tag": tags.join(", ") }),
      // By this clients know that they need not keep the list of referrers themselves.
      ...(referrers && manifest.subject && { "oci-subject": manifest.subject.digest }),
    })
  })
  .delete(PATH, async (c) => {
    const name = repositoryOf(c, "delete")
    const reference = knownReferenceOf(c)
    const { manifests, tags } = c.get("registry")
    await (reference.tag !== undefined
      ? tags.delete(name, reference.tag)
      : manifests.delete(name, reference.digest))
    return c.body(null, 202)
  })

async function get(c: AppContext): Promise<Response> {
  const name = repositoryOf(c, "pull")
  const { manifests } = c.get("registry")
  const isHead = c.req.method === "HEAD"
  const find = isHead ? manifests.stat : manifests.read
  const { digest, mediaType, bytes } = await find(name, knownReferenceOf(c), hangUpOf(c))
  const headers = {
    "content-type": mediaType,
    "content-length": String(bytes.length),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  }
  return isHead ? c.body(null, 200, headers) : c.body(new Uint8Array(bytes), 200, headers)
}
