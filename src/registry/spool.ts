/**
 * The bytes of a blob whose digest is not known before its last one (Docker's classic store compresses while it sends). Small
 * blobs stay in memory; a larger one overflows to where the store prefers it: beside its final key where the store renames for
 * free, else to a temporary file, so that nothing is uploaded that the store turns out to have.
 * @module
 */
import { createHasher, type Digest, type DigestAlgorithm } from "../oci/digest.ts"
import type { Lease, MemoryBudget } from "../storage/budget.ts"

/** Where the bytes go that are too many to be kept in memory. Disposing of it leaves nothing behind. */
export interface Overflow extends AsyncDisposable {
  append(chunk: Uint8Array): Promise<void>
  /** Everything appended, once more. A chunk is good until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>
  /** Makes everything appended the object `key`. False if that was there already. */
  store(key: string): Promise<boolean>
}

export interface Spool extends AsyncDisposable {
  /** Bytes received so far. */
  readonly size: number
  append(source: AsyncIterable<Uint8Array>): Promise<void>
  digest(algorithm: DigestAlgorithm): Promise<Digest>
  /** Everything received, once more. A chunk is good until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>
  /**
   * Hands everything over as the object `key`: through `write` if it is still in memory, else through the overflow. False if it
   * was there already.
   */
  store(key: string, write: (bytes: Uint8Array) => Promise<boolean>): Promise<boolean>
}

/** Bytes; a blob up to this size needs no disk. */
export const SPOOL_MEMORY = 8 * 1024 * 1024

/** Bytes kept in memory: grown step by step, for most blobs that come this way are a few kB. */
const MEMORY_STEPS = [128 * 1024, 1024 * 1024, SPOOL_MEMORY] as const

/** @param expected the algorithm by which the digest will most likely be asked for */
export function createSpool(
  budget: MemoryBudget,
  openOverflow: () => Promise<Overflow>,
  expected: DigestAlgorithm = "sha256",
): Spool {
  const running = createHasher(expected)
  let size = 0
  let lease: Lease | undefined
  let overflow: Overflow | undefined

  /** Room for `bytes` in memory, or false: no more may be had without waiting, and a session must not wait while it holds some. */
  function fits(bytes: number): boolean {
    if (bytes <= (lease?.buffer.length ?? 0)) return true
    const step = MEMORY_STEPS.find((capacity) => capacity >= bytes)
    const larger = step && budget.tryAcquire(step)
    if (!larger) return false
    if (lease) {
      larger.buffer.set(lease.buffer.subarray(0, size))
      lease[Symbol.dispose]()
    }
    lease = larger
    return true
  }

  async function spill(): Promise<Overflow> {
    const opened = await openOverflow()
    overflow = opened
    if (lease && size > 0) await opened.append(lease.buffer.subarray(0, size))
    lease?.[Symbol.dispose]()
    lease = undefined
    return opened
  }

  async function* read(): AsyncIterable<Uint8Array> {
    if (overflow) yield* overflow.read()
    else if (lease) yield lease.buffer.subarray(0, size)
  }

  return {
    read,

    get size() {
      return size
    },

    async append(source) {
      for await (const chunk of source) {
        running.update(chunk)
        if (!overflow && fits(size + chunk.length)) lease?.buffer.set(chunk, size)
        else await (overflow ?? (await spill())).append(chunk)
        size += chunk.length
      }
    },

    async digest(algorithm) {
      if (algorithm === running.algorithm) return running.digest()
      // Most clients name the algorithm at the end only (the closing PUT), and hardly ever another one: read it all once more then.
      const hasher = createHasher(algorithm)
      for await (const chunk of read()) hasher.update(chunk)
      return hasher.digest()
    },

    async store(key, write) {
      if (overflow) return overflow.store(key)
      return write(lease ? lease.buffer.subarray(0, size) : new Uint8Array())
    },

    async [Symbol.asyncDispose]() {
      lease?.[Symbol.dispose]()
      lease = undefined
      await overflow?.[Symbol.asyncDispose]()
    },
  }
}
