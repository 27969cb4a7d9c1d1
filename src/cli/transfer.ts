/**
 * What every transfer opens and closes around itself: driver, engine, memory budget, display.
 * @module
 */
import type { TransferEvent } from "../bridge/events.ts"
import type { TransferOptions } from "../bridge/transfer.ts"
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
 * SDKs and the Docker client are loaded here, once the command line has been found to be right.
 *
 * @throws UsageError, OptionError before anything is touched; whatever `work` throws
 */
export async function withTransfer<T>(
  { invocation, store, flags, direction }: Transfer,
  work: (options: TransferOptions) => Promise<T>,
): Promise<Timed<T>> {
  const started = performance.now()
  const { io, signal } = invocation
  const openDriver = prepareDriver(invocation, store, flags)
  using progress = createProgress(io, { direction, enabled: flags.progress && !flags.quiet })
  // The next signal ends the process where it stands: the terminal is put in order now.
  const onAbort = () => {
    progress.close()
    io.stderr.write("Interrupted: cleaning up. Once more to leave at once.\n")
  }
  signal.addEventListener("abort", onAbort, { once: true })
  const talk = createTalk(flags, (text) => progress.line(text))
  try {
    const { createMemoryBudget } = await import("../storage/budget.ts")
    const { connectEngine } = await import("../docker/engine.ts")
    const budget = createMemoryBudget(flags.memory)
    // A store that is not there is never created, with one exception: a folder, by a push.
    await using driver = await openDriver({ budget, talk, create: direction === "push" })
    using engine = await connectEngine({ host: flags.host, env: io.env, signal })
    talk.step(describeEngine(engine.info))
    const transport = flags.transport === "auto" ? chooseTransport(engine.info) : flags.transport
    if (transport === "archive" && engine.info.whyNot)
      talk.say(`Images travel as archives, for ${engine.info.whyNot}.`)
    const { platform, tempDir, keepName } = flags
    const onEvent = (event: TransferEvent) => {
      tell(event, talk)
      progress.show(event)
    }
    const sides = { driver, engine, budget, tempDir, transport }
    const result = await work({ ...sides, platform, keepName, signal, onEvent })
    return { result, seconds: Math.round(performance.now() - started) / 1000 }
  } catch (error) {
    if (!signal.aborted) talk.step(traceOf(error))
    throw error
  }
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
