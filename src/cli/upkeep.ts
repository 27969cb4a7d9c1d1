/**
 * What every command opens and closes around itself that looks after a store: driver, memory budget, one line of progress.
 * @module
 */
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { Invocation } from "./command.ts"
import { traceOf } from "./failure.ts"
import { prepareDriver } from "./open-driver.ts"
import { createStatus } from "./progress/status.ts"
import type { Store } from "./store.ts"
import { createTalk, type Talk } from "./talk.ts"
import type { TransferFlags } from "./transfer-flags.ts"

export interface Upkeep {
  readonly driver: StorageDriver
  readonly budget: MemoryBudget
  readonly talk: Talk
  /** What {@link UpkeepOptions.status} says has changed. */
  readonly onChange: () => void
}

export interface UpkeepOptions {
  readonly invocation: Invocation
  readonly store: Store
  readonly flags: TransferFlags
  /** How far it is, as a line; left out where that is soon done. */
  readonly status?: () => string
}

/** @throws UsageError, OptionError before anything is touched; whatever `work` throws */
export async function withUpkeep<T>(
  { invocation, store, flags, status }: UpkeepOptions,
  work: (upkeep: Upkeep) => Promise<T>,
): Promise<T> {
  const { io, signal } = invocation
  const openDriver = prepareDriver(invocation, store, flags)
  using line = createStatus(io, flags.progress && !flags.quiet && !!status, status ?? (() => ""))
  // The next signal ends the process where it stands: the terminal is put in order now.
  const onAbort = () => {
    line.close()
    io.stderr.write("Interrupted: cleaning up. Once more to leave at once.\n")
  }
  signal.addEventListener("abort", onAbort, { once: true })
  const talk = createTalk(flags, (text) => line.line(text))
  try {
    const { createMemoryBudget } = await import("../storage/budget.ts")
    const budget = createMemoryBudget(flags.memory)
    await using driver = await openDriver({ budget, talk, create: false })
    return await work({ driver, budget, talk, onChange: () => line.update() })
  } catch (error) {
    if (!signal.aborted) talk.step(traceOf(error))
    throw error
  }
}
