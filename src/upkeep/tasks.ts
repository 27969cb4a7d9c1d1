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
  const waiting = new Set<Task>()
  const idle = Promise.withResolvers<void>()
  let running = 0
  let failure: { readonly error: unknown } | undefined

  async function runOne(task: Task): Promise<void> {
    try {
      signal?.throwIfAborted()
      await task()
    } catch (error) {
      failure ??= { error }
      waiting.clear()
    } finally {
      running -= 1
      runMore()
    }
  }

  function runMore(): void {
    for (const task of waiting) {
      if (running >= limit) return
      waiting.delete(task)
      running += 1
      void runOne(task)
    }
    if (running === 0) idle.resolve()
  }

  return {
    add(task) {
      if (failure) return
      waiting.add(task)
      runMore()
    },
    async finish() {
      if (running > 0) await idle.promise
      if (failure) throw failure.error
    },
  }
}
