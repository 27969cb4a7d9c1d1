/**
 * The list of repositories that the user may read.
 * @see https://distribution.github.io/distribution/spec/api/#listing-repositories
 * @module
 */
import { Hono } from "hono"
import type { Env } from "../env.ts"
import { nextPage, pageSize } from "../params.ts"

/** Repositories on a page for which no number is named: each costs a look at the store. */
const PAGE = 100

/** Repositories on a page at most. */
const LIMIT = 1000

export const catalog = new Hono<Env>().get("/v2/_catalog", async (c) => {
  const limit = Math.min(pageSize(c) ?? PAGE, LIMIT)
  const last = c.req.query("last")
  const access = c.get("access")
  const { names, more } = await c
    .get("registry")
    .catalog.list((name) => access(name, "pull"), { limit, ...(last && { last }) })
  const end = names.at(-1)
  if (more && end) c.header("link", nextPage("/v2/_catalog", { n: String(limit), last: end }))
  return c.json({ repositories: names })
})
