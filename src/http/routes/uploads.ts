/**
 * Uploads: POST, PATCH, PUT, GET, DELETE, the single POST and the mount.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 * @module
 */
import { Hono } from "hono"
import { type Digest, parseDigest } from "../../oci/digest.ts"
import { RegistryError } from "../../oci/errors.ts"
import { parseRepositoryName, type RepositoryName } from "../../oci/reference.ts"
import type { Visible } from "../../registry/catalog.ts"
import { type Chunk, rangeOf, type UploadSession } from "../../registry/upload-session.ts"
import { requestBody } from "../body.ts"
import type { AppContext, Env } from "../env.ts"
import { algorithmOfQuery, chunkStart, contentLength, digestOfQuery, repositoryOf } from "../params.ts"

export const uploads = new Hono<Env>()
  .post("/v2/:name{.+}/blobs/uploads/", start)
  .post("/v2/:name{.+}/blobs/uploads", start)
  .get("/v2/:name{.+}/blobs/uploads/:id", async (c) => {
    const { name, session } = await sessionOf(c)
    return c.body(null, 204, sessionHeaders(name, session))
  })
  .patch("/v2/:name{.+}/blobs/uploads/:id", async (c) => {
    const { name, session } = await sessionOf(c)
    await withSession(name, session, () => session.append(chunkOf(c)))
    return accepted(c, name, session)
  })
  .put("/v2/:name{.+}/blobs/uploads/:id", async (c) => {
    const { name, session } = await sessionOf(c)
    const digest = digestOfQuery(c)
    if (!digest)
      throw new RegistryError("DIGEST_INVALID", { message: "the closing PUT needs ?digest=<digest>" })
    await withSession(name, session, () => session.commit(digest, chunkOf(c)))
    return created(c, name, digest)
  })
  .delete("/v2/:name{.+}/blobs/uploads/:id", async (c) => {
    const { session } = await sessionOf(c)
    await session.cancel()
    return c.body(null, 204)
  })

async function start(c: AppContext): Promise<Response> {
  const name = repositoryOf(c, "push")
  const { blobs, uploads } = c.get("registry")
  const mount = c.req.query("mount")
  if (mount !== undefined) {
    const digest = parseDigest(mount)
    if (await blobs.mount(name, digest, mountSource(c))) return created(c, name, digest)
  }
  const digest = digestOfQuery(c)
  if (digest && mount === undefined) {
    await uploads.put(name, digest, requestBody(c), contentLength(c))
    return created(c, name, digest)
  }
  const session = await uploads.create(name, algorithmOfQuery(c))
  return accepted(c, name, session)
}

/** Where the client says, if it may read that; wherever it may read, if it says nothing. */
function mountSource(c: AppContext): RepositoryName | Visible | undefined {
  const visible: Visible = (name) => c.get("access")(name, "pull")
  const text = c.req.query("from")
  if (text === undefined) return visible
  const from = parseRepositoryName(text)
  return visible(from) ? from : undefined
}

async function sessionOf(c: AppContext): Promise<{ name: RepositoryName; session: UploadSession }> {
  const name = repositoryOf(c, "push")
  return { name, session: await c.get("registry").uploads.get(name, c.req.param("id") ?? "") }
}

function chunkOf(c: AppContext): Chunk {
  return { source: requestBody(c), start: chunkStart(c), size: contentLength(c) }
}

/** A chunk in the wrong place is answered with where the upload stands, so that the client can go on from there. */
async function withSession(
  name: RepositoryName,
  session: UploadSession,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof RegistryError) || error.status !== 416) throw error
    const { code, message, detail, status } = error
    throw new RegistryError(code, {
      message,
      detail,
      status,
      headers: sessionHeaders(name, session),
      cause: error,
    })
  }
}

/** `Location` is relative: the address by which a client reached us may not be the one that we are bound to. */
function sessionHeaders(name: RepositoryName, session: UploadSession): Record<string, string> {
  return {
    location: `/v2/${name}/blobs/uploads/${session.id}`,
    range: rangeOf(session.size),
    "docker-upload-uuid": session.id,
  }
}

function accepted(c: AppContext, name: RepositoryName, session: UploadSession): Response {
  return c.body(null, 202, { ...sessionHeaders(name, session), "content-length": "0" })
}

function created(c: AppContext, name: RepositoryName, digest: Digest): Response {
  return c.body(null, 201, {
    location: `/v2/${name}/blobs/${digest}`,
    "docker-content-digest": digest,
    "content-length": "0",
  })
}
