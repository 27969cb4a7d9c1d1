/**
 * bcrypt in a thread of its own.
 * @module
 */
import { extname } from "node:path"
import { Worker } from "node:worker_threads"
import { hash } from "bcryptjs"
import { RegistryError } from "../oci/errors.ts"
import type { Compared, Comparison } from "./bcrypt-worker.ts"

/** Doublings of work: what an attacker who has the hashes needs for each guess, and we once for each user and some minutes. */
const COST = 10

/** Bytes of a password that bcrypt takes notice of. */
export const PASSWORD_LIMIT = 72

/** Comparisons that may wait: more are an attack, and everybody would wait for it. */
const QUEUE = 64

export interface Bcrypt extends AsyncDisposable {
  /** @throws RegistryError TOOMANYREQUESTS when too many wait */
  compare(password: string, hash: string): Promise<boolean>
}

export function createBcrypt(): Bcrypt {
  const waiting = new Map<number, PromiseWithResolvers<boolean>>()
  let worker: Worker | undefined
  let count = 0

  function start(): Worker {
    // The sources run as they are in tests, the package as JavaScript.
    const file = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url)
    const started = new Worker(file)
    started.unref()
    started.on("message", ({ id, equal }: Compared) => {
      waiting.get(id)?.resolve(equal)
      waiting.delete(id)
    })
    started.on("error", (error) => {
      worker = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    })
    return started
  }

  return {
    compare(password, hash) {
      if (waiting.size >= QUEUE)
        throw new RegistryError("TOOMANYREQUESTS", { headers: { "retry-after": "10" } })
      worker ??= start()
      const answer = Promise.withResolvers<boolean>()
      const id = count++
      waiting.set(id, answer)
      worker.postMessage({ id, password, hash } satisfies Comparison, [])
      return answer.promise
    },

    async [Symbol.asyncDispose]() {
      await worker?.terminate()
    },
  }
}

/** @param password at most {@link PASSWORD_LIMIT} bytes */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST)
}
