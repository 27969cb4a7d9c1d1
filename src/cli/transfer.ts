/**
 * What every transfer opens and closes around itself: driver, engine, memory budget, display.
 * @module
 */
import type { TransferEvent } from "../bridge/events.ts"
import type { StoreSide, TransferOptions } from "../bridge/transfer.ts"
import type { EngineInfo } from "../docker/info.ts"
import { chooseTransport } from "../docker/reach.ts"
import type { Invocation } from "./command.ts"
import { traceOf } from "./failure.ts"
import { prepareDriver } from "./open-driver.ts"
import type { Direction } from "./progress/lines.ts"
import { createProgress } from "./progress/progress.ts"
import type { Store } from "./store.ts"
import { createTalk, type Talk } from "./talk.ts"
import type { TransferFlags } from "./transfer-flags.ts"

export interface Transfer {
  readonly invocation: Invocation
  readonly store: Store
  readonly flags: TransferFlags
  readonly direction: Direction
}

export interface Timed<T> {
  readonly result: T
  readonly seconds: number
}

/**
 * Opens the store alone. SDKs are loaded here, once the command line has been found to be right.
 *
 * @param other what images go to or come from, for the progress
 * @throws UsageError, OptionError before anything is touched; whatever `work` throws
 */
export async function withStore<T>(
  { invocation, store, flags, direction }: Transfer,
  other: string,
  work: (options: StoreSide, talk: Talk) => Promise<T>,
): Promise<Timed<T>> {
  const started = performance.now()
  const { io, signal } = invocation
  const openDriver = prepareDriver(invocation, store, flags)
  using progress = createProgress(io, { direction, other, enabled: flags.progress && !flags.quiet })
  // The next signal ends the process where it stands: the terminal is put in order now.
  const onAbort = () => {
    progress.close()
    io.stderr.write("Interrupted: cleaning up. Once more to leave at once.\n")
  }
  signal.addEventListener("abort", onAbort, { once: true })
  const talk = createTalk(flags, (text) => progress.line(text))
  try {
    const { createMemoryBudget } = await import("../storage/budget.ts")
    const budget = createMemoryBudget(flags.memory)
    // A store that is not there is never created, with one exception: a folder, by a push.
    await using driver = await openDriver({ budget, talk, create: direction === "push" })
    const { platform, tempDir } = flags
    const onEvent = (event: TransferEvent) => {
      tell(event, talk)
      progress.show(event)
    }
    const result = await work({ driver, budget, tempDir, platform, signal, onEvent }, talk)
    return { result, seconds: Math.round(performance.now() - started) / 1000 }
  } catch (error) {
    if (!signal.aborted) talk.step(traceOf(error))
    throw error
  }
}

/**
 * Opens the store and the way to a daemon, whose client is loaded here.
 *
 * @throws UsageError, OptionError before anything is touched; whatever `work` throws
 */
export function withTransfer<T>(
  transfer: Transfer,
  work: (options: TransferOptions) => Promise<T>,
): Promise<Timed<T>> {
  const { flags, invocation } = transfer
  return withStore(transfer, "the daemon", async (side, talk) => {
    const { connectEngine } = await import("../docker/engine.ts")
    using engine = await connectEngine({
      host: flags.host,
      env: invocation.io.env,
      signal: invocation.signal,
    })
    talk.step(describeEngine(engine.info))
    const transport = flags.transport === "auto" ? chooseTransport(engine.info) : flags.transport
    if (transport === "archive" && engine.info.whyNot)
      talk.say(`Images travel as archives, for ${engine.info.whyNot}.`)
    return work({ ...side, engine, transport, keepName: flags.keepName })
  })
}

function tell(event: TransferEvent, talk: Talk): void {
  if (event.type === "warning") talk.warn(event.text)
  if (event.type === "step") talk.step(event.text)
  if (event.type === "request") talk.request(event.line)
  if (event.type === "engine" && event.progress.type === "message")
    talk.step(`docker: ${event.progress.text}`)
}

function describeEngine({ kind, version, host, store }: EngineInfo): string {
  return `${kind} ${version} at ${host}, ${store} image store`
}
