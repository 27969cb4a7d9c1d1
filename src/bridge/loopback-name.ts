/**
 * The temporary name `127.0.0.1:PORT/path:tag` by which a daemon knows where to push to or pull from. It is gone again on every way
 * out.
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { DockerEngine } from "../docker/engine.ts"
import type { OnTransferEvent } from "./events.ts"

export interface LoopbackName {
  /** `127.0.0.1:PORT/path:tag` or `127.0.0.1:PORT/path@digest`. */
  readonly name: string
  /** Leave it after success. */
  readonly keep: boolean
  /** Whether an image that has no other name goes with it. */
  readonly last: "keep" | "remove"
  /** Id of an image that the work makes: a daemon that is broken off at the very end may keep it without any name. */
  readonly makes?: string | undefined
  readonly onEvent: OnTransferEvent
}

/** Milliseconds. A daemon that is broken off at the very end makes the name all the same, a moment after it was asked to stop. */
const LATE = 300

export async function withLoopbackName<T>(
  engine: Pick<DockerEngine, "untagImage" | "removeUnnamed">,
  { name, keep, last, makes, onEvent }: LoopbackName,
  work: () => Promise<T>,
): Promise<T> {
  let done = false
  try {
    const result = await work()
    done = true
    return result
  } finally {
    let obstacle = keep && done ? undefined : await remove()
    if (!done) {
      await sleep(LATE)
      obstacle = await remove(makes)
    }
    if (obstacle !== undefined) {
      const text = `The temporary name ${name} may be left in the daemon: \`docker rmi ${name}\` removes it. (${obstacle})`
      onEvent({ type: "warning", text })
    }
  }

  /** Without the caller's signal: clean-up is what happens after it fired. It never hides why the work failed. */
  async function remove(unnamed?: string): Promise<string | undefined> {
    try {
      await engine.untagImage(name, { last })
      if (unnamed !== undefined) await engine.removeUnnamed(unnamed)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
