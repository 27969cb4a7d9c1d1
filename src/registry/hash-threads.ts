/**
 * Hashes of large blobs on their way out, computed in threads beside the event loop: hashing is the larger part of what a byte costs
 * here, and the loop has all the others to pass on.
 * @module
 */
import { availableParallelism } from "node:os"
import { extname } from "node:path"
import { Worker } from "node:worker_threads"
import { createHasher, type Digest, type DigestAlgorithm } from "../oci/digest.ts"
import type { HashAnswer, HashOrder } from "./hash-thread.ts"

/** The hash of one stream. To be disposed of however the stream ends. */
export interface StreamHash extends Disposable {
  /** The chunk is the caller's again when this has returned, or what it returns has resolved: only then may more come. */
  update(chunk: Uint8Array): Promise<void> | undefined
  digest(): Promise<Digest>
}

export interface HashThreads extends AsyncDisposable {
  /** @param size bytes to come: fewer than are worth a thread are hashed right here */
  create(algorithm: DigestAlgorithm, size: number): StreamHash
}

/** Bytes from which a blob is worth it. */
const LARGE = 8 * 1024 * 1024

/** Bytes that are handed over at a time: often enough to keep both sides busy, seldom enough that telling costs nothing. */
const SLAB = 512 * 1024

/** One is filled, one is hashed, one is on its way. */
const SLABS_PER_STREAM = 3

/** Of all streams together: 12 MiB. Whoever comes when they are taken is hashed here. */
const SLAB_LIMIT = 24

const MOST_THREADS = 4

/** @param threads how many at most; left out, one processor stays for the event loop */
export function createHashThreads(threads = Math.min(MOST_THREADS, availableParallelism() - 1)): HashThreads {
  const workers: (Worker | undefined)[] = []
  const streams = new Map<number, { onAnswer(answer: HashAnswer): void; fail(error: Error): void }>()
  const free: SharedArrayBuffer[] = []
  let slabs = 0
  let count = 0

  function takeSlabs(): SharedArrayBuffer[] | undefined {
    if (free.length + SLAB_LIMIT - slabs < SLABS_PER_STREAM) return undefined
    return Array.from({ length: SLABS_PER_STREAM }, () => {
      const known = free.pop()
      if (!known) slabs += 1
      return known ?? new SharedArrayBuffer(SLAB)
    })
  }

  function start(place: number): Worker {
    // The sources run as they are in tests, the package as JavaScript.
    const worker = new Worker(new URL(`./hash-thread${extname(import.meta.url)}`, import.meta.url))
    worker.unref()
    worker.on("message", (answer: HashAnswer) => streams.get(answer.id)?.onAnswer(answer))
    worker.on("error", (error) => {
      workers[place] = undefined
      for (const stream of streams.values()) stream.fail(error)
    })
    return worker
  }

  function createStream(algorithm: DigestAlgorithm, own: SharedArrayBuffer[]): StreamHash {
    const id = count++
    const place = id % threads
    const worker = (workers[place] ??= start(place))
    const send = (order: HashOrder): void => worker.postMessage(order, [])
    const hex = Promise.withResolvers<string>()
    hex.promise.catch(() => undefined) // told by the one who asks for it, if anyone does
    let current: Uint8Array | undefined
    let filled = 0
    let outside = 0
    let isOver = false
    let waiting: PromiseWithResolvers<void> | undefined
    let failure: Error | undefined

    /** A stream that is over gives back what the thread has no more. */
    function giveBack(): void {
      free.push(...own.splice(0))
      if (outside === 0) streams.delete(id)
    }

    streams.set(id, {
      onAnswer({ slab, digest }) {
        if (digest !== undefined) hex.resolve(digest)
        if (slab === undefined) return
        outside -= 1
        own.push(slab)
        if (isOver) return giveBack()
        waiting?.resolve()
        waiting = undefined
      },
      fail(error) {
        failure = error
        hex.reject(error)
        waiting?.reject(error)
      },
    })
    send({ id, begin: algorithm })

    function handOver(): void {
      if (!current || filled === 0) return
      send({ id, slab: current.buffer as SharedArrayBuffer, length: filled })
      outside += 1
      current = undefined
      filled = 0
    }

    async function updateLater(rest: Uint8Array): Promise<void> {
      waiting = Promise.withResolvers()
      await waiting.promise
      return update(rest)
    }

    function update(chunk: Uint8Array): Promise<void> | undefined {
      if (failure) return Promise.reject(failure)
      for (let rest = chunk; rest.length > 0;) {
        if (!current) {
          const slab = own.pop()
          if (!slab) return updateLater(rest)
          current = new Uint8Array(slab)
        }
        const taken = Math.min(rest.length, SLAB - filled)
        current.set(taken === rest.length ? rest : rest.subarray(0, taken), filled)
        filled += taken
        rest = rest.subarray(taken)
        if (filled === SLAB) handOver()
      }
      return undefined
    }

    return {
      update,

      async digest() {
        handOver()
        send({ id, end: "digest" })
        return `${algorithm}:${await hex.promise}` as Digest
      },

      [Symbol.dispose]() {
        if (isOver) return
        isOver = true
        send({ id, end: "drop" })
        if (current) own.push(current.buffer as SharedArrayBuffer)
        current = undefined
        giveBack()
      },
    }
  }

  return {
    create(algorithm, size) {
      const own = threads > 0 && size >= LARGE ? takeSlabs() : undefined
      return own ? createStream(algorithm, own) : hashHere(algorithm)
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map(async (worker) => worker?.terminate()))
    },
  }
}

function hashHere(algorithm: DigestAlgorithm): StreamHash {
  const hasher = createHasher(algorithm)
  return {
    update(chunk) {
      hasher.update(chunk)
      return undefined
    },
    digest: async () => hasher.digest(),
    [Symbol.dispose]: () => undefined,
  }
}
