/**
 * Opens the store that a command is about, with the settings of its command line.
 * @module
 */
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { DriverCall } from "../storage/with-logging.ts"
import type { Invocation } from "./command.ts"
import { assertPartsFit, driverOptions, secretWarnings } from "./driver-options.ts"
import { readParameters, unusedLines } from "./parameters.ts"
import type { Store } from "./store.ts"
import type { Talk } from "./talk.ts"
import type { TransferFlags } from "./transfer-flags.ts"
import { formatBytes } from "./units.ts"

export interface Opening {
  readonly budget: MemoryBudget
  readonly talk: Talk
  /** A folder that is not there is made. */
  readonly create: boolean
}

/**
 * Judges the settings at once, and loads the store's SDK when what it returns is called.
 *
 * @throws UsageError, OptionError
 */
export function prepareDriver(
  { values, io }: Invocation,
  { backend, location }: Store,
  { memory, concurrency, verbosity }: TransferFlags,
): (opening: Opening) => Promise<StorageDriver> {
  const options = driverOptions(backend, values, io.env)
  assertPartsFit(options, memory)
  return async ({ budget, talk, create }) => {
    for (const warning of secretWarnings(backend, values)) talk.warn(warning)
    const { withLogging } = await import("../storage/with-logging.ts")
    const resources = { budget, concurrency, create, proxyEnv: io.env, log: talk.step }
    const driver = await backend.open(location, options, resources)
    for (const line of unusedLines(readParameters(backend, values))) talk.say(line)
    return verbosity < 2 ? driver : withLogging(driver, (call) => talk.request(describeCall(call)))
  }
}

export function describeCall({ driver, operation, key, bytes, milliseconds, outcome }: DriverCall): string {
  const size = bytes === undefined ? "" : ` ${formatBytes(bytes)}`
  return `${driver}: ${operation} ${key}${size} ${outcome} ${Math.round(milliseconds)} ms`
}
