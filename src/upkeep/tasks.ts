/**
 * Work that makes more work, so many pieces of it at a time.
 * @module
 */
type Task = () => Promise<void>

export interface Tasks {
  /** To be run in turn. A task may add others, but must not wait for them: they may be waiting for its place. */
  add(task: Task): void
  /** Resolves when nothing is left to do, or rejects with the first failure once what was running then has ended. */
  finish(): Promise<void>
}

export function createTasks(limit: number, signal?: AbortSignal): Tasks {
  // A set, for it gives its first member away without moving all the others.
  const waiting = new Set<{ readonly run: Task }>()
  const idle = Promise.withResolvers<void>()
  let running = 0
  let failure: { readonly error: unknown } | undefined

  async function runOne(run: Task): Promise<void> {
    try {
      signal?.throwIfAborted()
      await run()
    } catch (error) {
      failure ??= { error }
      waiting.clear()
    } finally {
      running -= 1
      runMore()
    }
  }

  function runMore(): void {
    for (const next of waiting) {
      if (running >= limit) return
      waiting.delete(next)
      running += 1
      void runOne(next.run)
    }
    if (running === 0) idle.resolve()
  }

  return {
    add(run) {
      if (failure) return
      waiting.add({ run })
      runMore()
    },
    async finish() {
      if (running > 0) await idle.promise
      if (failure) throw failure.error
    },
  }
}
