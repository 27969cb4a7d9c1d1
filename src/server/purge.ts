/**
 * Uploads that nobody goes on with, removed from time to time while a server runs.
 * @module
 */
import type { Uploads } from "../registry/uploads.ts"
import type { Log } from "./log.ts"

/** Milliseconds between two looks. Several replicas may look at once: what one has removed the other does not find. */
const INTERVAL = 3_600_000

/** @param age milliseconds since the last byte; 0 keeps them all */
export function purgeRegularly({ purge }: Pick<Uploads, "purge">, age: number, log: Log): Disposable {
  async function look(): Promise<void> {
    try {
      const count = await purge(new Date(Date.now() - age))
      if (count > 0) log.info("removed uploads that nobody went on with", { count })
    } catch (error) {
      log.warn("cannot remove old uploads", { error: error instanceof Error ? error.message : String(error) })
    }
  }
  const timer = age > 0 ? setInterval(() => void look(), INTERVAL).unref() : undefined
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
