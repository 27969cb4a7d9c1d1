/**
 * A thread that compares passwords with bcrypt hashes: each takes a good part of a second, in which no transfer may stand still.
 * @module
 */
import { parentPort } from "node:worker_threads"
import { compareSync } from "bcryptjs"

export interface Comparison {
  readonly id: number
  readonly password: string
  readonly hash: string
}

export interface Compared {
  readonly id: number
  readonly equal: boolean
}

parentPort?.on("message", ({ id, password, hash }: Comparison) => {
  parentPort?.postMessage({ id, equal: compareSync(password, hash) } satisfies Compared, [])
})
