/**
 * Bytes in flight of the whole process. Everything that holds a blob's bytes in memory holds a lease, so that forty layers at
 * once (what a Docker daemon may open) need no more memory than one.
 *
 * Who holds a lease and waits for another must be sure that the first will be freed without the second: a full part on its
 * way to the store is, a half-filled one is not.
 * @module
 */

export interface Lease extends Disposable {
  /** Exactly as long as asked for, and not zeroed. Not to be touched after the lease is disposed of. */
  readonly buffer: Buffer
}

export interface MemoryBudget {
  /** Bytes. */
  readonly limit: number
  /** Waits in turn until `bytes` are free. A request beyond the limit is served alone. */
  acquire(bytes: number, signal?: AbortSignal): Promise<Lease>
  /** A lease if it is to be had now, without overtaking anyone who waits. */
  tryAcquire(bytes: number): Lease | undefined
  /** The same for bytes that are in memory anyway, in buffers that somebody else has made. */
  tryReserve(bytes: number): Disposable | undefined
}

/** An idle buffer serves requests down to this share of its length: a smaller one would waste what others wait for. */
const SMALLEST_SHARE = 0.5

interface Waiter {
  readonly bytes: number
  readonly grant: (lease: Lease) => void
}

/**
 * A budget that also recycles its buffers: leased and idle ones together never exceed the limit, so the process's memory is
 * known beforehand and does not depend on when the garbage collector runs.
 * @param limit bytes
 */
export function createMemoryBudget(limit: number): MemoryBudget {
  return new RecyclingBudget(limit)
}

class RecyclingBudget implements MemoryBudget {
  readonly limit: number
  readonly #waiting: Waiter[] = []
  /** Least recently used first. */
  #idle: Buffer[] = []
  #idleBytes = 0
  #leasedBytes = 0

  constructor(limit: number) {
    this.limit = limit
  }

  acquire(bytes: number, signal?: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const lease = this.tryAcquire(bytes)
      if (lease) return resolve(lease)

      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal?.reason)
        this.#serveWaiting() // the one who gave up may have been all that held up the next
      }
      const waiter: Waiter = {
        bytes,
        grant: (lease) => {
          signal?.removeEventListener("abort", giveUp)
          resolve(lease)
        },
      }
      signal?.addEventListener("abort", giveUp, { once: true })
      this.#waiting.push(waiter)
    })
  }

  tryAcquire(bytes: number): Lease | undefined {
    return this.#waiting.length === 0 ? this.#take(bytes) : undefined
  }

  tryReserve(bytes: number): Disposable | undefined {
    if (this.#waiting.length > 0 || this.#leasedBytes + bytes > this.limit) return undefined
    this.#dropIdle(this.limit - this.#leasedBytes - bytes)
    this.#leasedBytes += bytes
    return disposable(() => {
      this.#leasedBytes -= bytes
      this.#serveWaiting()
    })
  }

  #serveWaiting(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const lease = this.#take(next.bytes)
      if (!lease) return
      this.#waiting.shift()
      next.grant(lease)
    }
  }

  #take(bytes: number): Lease | undefined {
    const recycled = this.#takeIdle(bytes)
    if (recycled) return this.#lease(recycled, bytes)
    if (this.#leasedBytes > 0 && this.#leasedBytes + bytes > this.limit) return undefined
    this.#dropIdle(this.limit - this.#leasedBytes - bytes)
    return this.#lease(Buffer.allocUnsafeSlow(bytes), bytes)
  }

  /** The smallest idle buffer that fits. */
  #takeIdle(bytes: number): Buffer | undefined {
    const fitting = this.#idle.filter(({ length }) => length >= bytes && length * SMALLEST_SHARE <= bytes)
    const best = fitting.reduce<Buffer | undefined>(
      (best, buffer) => (best && best.length <= buffer.length ? best : buffer),
      undefined,
    )
    if (!best) return undefined
    this.#idle = this.#idle.filter((buffer) => buffer !== best)
    this.#idleBytes -= best.length
    return best
  }

  #dropIdle(allowedBytes: number): void {
    while (this.#idleBytes > Math.max(0, allowedBytes)) this.#idleBytes -= this.#idle.shift()?.length ?? 0
  }

  #lease(whole: Buffer, bytes: number): Lease {
    this.#leasedBytes += whole.length
    return { buffer: whole.subarray(0, bytes), ...disposable(() => this.#release(whole)) }
  }

  #release(whole: Buffer): void {
    this.#leasedBytes -= whole.length
    if (whole.length <= this.limit) {
      this.#idle.push(whole)
      this.#idleBytes += whole.length
    }
    this.#serveWaiting()
  }
}

/** Releases once, however often it is disposed of. */
function disposable(release: () => void): Disposable {
  let isHeld = true
  return {
    [Symbol.dispose]() {
      if (!isHeld) return
      isHeld = false
      release()
    },
  }
}
