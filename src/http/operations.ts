/**
 * What is asked by those who look after the server: is it alive, can it work, how much does it do?
 * @module
 */
import { Hono } from "hono"
import type { Env } from "./env.ts"
import { requireUser } from "./middleware/auth.ts"

const METRICS = "/metrics"

/** The text format of Prometheus. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

/** @param isReady whether the store can be reached; why not is for the log, not for whoever asks */
export function health(isReady: () => Promise<boolean>): Hono<Env> {
  return new Hono<Env>()
    .get("/healthz", (c) => c.json({ status: "ok" }))
    .get("/readyz", async (c) => {
      const ready = await isReady()
      return c.json({ status: ready ? "ok" : "unavailable" }, ready ? 200 : 503)
    })
}

/** @param render the metrics as text */
export function metrics(render: () => string, access: "users" | "everyone"): Hono<Env> {
  const app = new Hono<Env>()
  if (access === "users") app.use(METRICS, requireUser())
  return app.get(METRICS, (c) => c.body(render(), 200, { "content-type": METRICS_TYPE }))
}
