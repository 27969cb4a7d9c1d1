/**
 * The list of what refers to a manifest.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 * @module
 */
import { Hono } from "hono"
import { RegistryError } from "../../oci/errors.ts"
import { OCI_IMAGE_INDEX } from "../../oci/media-types.ts"
import { type Env, hangUpOf } from "../env.ts"
import { digestOfPath, nextPage, repositoryOf } from "../params.ts"

export const referrers = new Hono<Env>().get("/v2/:name{.+}/referrers/:digest", async (c) => {
  const name = repositoryOf(c, "pull")
  const subject = digestOfPath(c)
  const { referrers } = c.get("registry")
  if (!referrers) {
    throw new RegistryError("UNSUPPORTED", {
      status: 404,
      message: "this registry keeps no list of referrers",
    })
  }
  const artifactType = c.req.query("artifactType")
  const last = c.req.query("last")
  const page = await referrers.list(name, subject, {
    signal: hangUpOf(c),
    ...(artifactType && { artifactType }),
    ...(last && { last }),
  })
  if (artifactType) c.header("oci-filters-applied", "artifactType")
  if (page.next) {
    const path = `/v2/${name}/referrers/${subject}`
    c.header("link", nextPage(path, { ...(artifactType && { artifactType }), last: page.next }))
  }
  const index = { schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests: page.descriptors }
  return c.body(JSON.stringify(index), 200, { "content-type": OCI_IMAGE_INDEX })
})
