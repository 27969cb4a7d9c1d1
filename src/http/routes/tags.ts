/**
 * The list of a repository's tags.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 * @module
 */
import { Hono } from "hono"
import { parseTag } from "../../oci/reference.ts"
import type { Env } from "../env.ts"
import { nextPage, pageSize, repositoryOf } from "../params.ts"

export const tags = new Hono<Env>().get("/v2/:name{.+}/tags/list", async (c) => {
  const name = repositoryOf(c, "pull")
  const limit = pageSize(c)
  const last = c.req.query("last")
  const page = await c.get("registry").tags.list(name, {
    ...(limit !== undefined && { limit }),
    ...(last && { last: parseTag(last) }),
  })
  const end = page.tags.at(-1)
  if (page.more && end) c.header("link", nextPage(`/v2/${name}/tags/list`, { n: String(limit), last: end }))
  return c.json({ name, tags: page.tags })
})
