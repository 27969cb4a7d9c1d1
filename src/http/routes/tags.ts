/**
 * The list of a repository's tags.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 * @module
 */
import { Hono } from "hono"
import { RegistryError } from "../../oci/errors.ts"
import type { AppContext, Env } from "../env.ts"
import { repositoryOf } from "../params.ts"

export const tags = new Hono<Env>().get("/v2/:name{.+}/tags/list", async (c) => {
  const name = repositoryOf(c, "pull")
  const limit = limitOf(c)
  const last = c.req.query("last")
  const page = await c.get("registry").tags.list(name, {
    ...(limit !== undefined && { limit }),
    ...(last !== undefined && { last }),
  })
  const end = page.tags.at(-1)
  if (page.more && end)
    c.header("link", `</v2/${name}/tags/list?n=${limit}&last=${encodeURIComponent(end)}>; rel="next"`)
  return c.json({ name, tags: page.tags })
})

function limitOf(c: AppContext): number | undefined {
  const text = c.req.query("n")
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new RegistryError("UNSUPPORTED", { status: 400, message: `n='${text}' is not a number of tags` })
}
