/**
 * `/v2/`: is this a registry, and am I let in?
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support
 * @module
 */
import { Hono } from "hono"
import type { Env } from "../env.ts"

export const base = new Hono<Env>().get("/v2/", (c) => c.json({})).get("/v2", (c) => c.json({}))
