/**
 * From flags and environment to a driver's options.
 * @module
 */
import type { DriverOption, OptionValues } from "../storage/drivers.ts"
import { type Backend, BACKENDS } from "./backends.ts"
import type { Io } from "./io.ts"
import { readParameters } from "./parameters.ts"
import { describeRange, isWithin } from "../options/range.ts"
import { formatSize } from "../options/quantities.ts"
import { UsageError } from "./usage-error.ts"
import { readText, type Value, type Values } from "./values.ts"

/**
 * A flag comes before `--option`, and that before the environment.
 * @throws UsageError for the flag or option of another backend, a value of the wrong type or beyond its range, or an endpoint that
 *   is no address
 */
export function driverOptions(backend: Backend, values: Values, env: Io["env"]): OptionValues {
  const foreign = BACKENDS.flatMap(({ options }) => options).find(
    ({ name }) => values.get(name) !== undefined && !backend.options.some((own) => own.name === name),
  )
  if (foreign) throw new UsageError(`--${foreign.name} has no meaning for the backend '${backend.name}'`)
  const parameters = readParameters(backend, values)
  const options: OptionValues = Object.fromEntries(
    backend.options.map((option) => [
      option.name,
      fromFlag(option, values) ?? parameters.get(option.name)?.value ?? fromEnvironment(option, env),
    ]),
  )
  if (typeof options["endpoint"] === "string") assertAddress(options["endpoint"])
  return options
}

/** Of a server, with or without its scheme. */
function assertAddress(endpoint: string): void {
  const [, scheme = "http", rest = endpoint] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(endpoint) ?? []
  if (/^https?$/i.test(scheme) && URL.canParse(`http://${rest}`)) return
  throw new UsageError(
    `The endpoint '${endpoint}' is no address of a server, for example http://localhost:9000`,
  )
}

function fromFlag(option: DriverOption, values: Values): Value | undefined {
  const value = values.get(option.name)
  if (isWithin(option, value)) return value
  throw new UsageError(`--${option.name} is ${describeRange(option)}, not '${formatSize(Number(value))}'`)
}

/** An empty variable is none; blanks around a value come from files and forms. */
function fromEnvironment(option: DriverOption, env: Io["env"]): Value | undefined {
  if (option.sdk) return undefined
  for (const variable of option.env ?? []) {
    const text = env[variable]?.trim()
    if (text) return readText(option, text, variable)
  }
  return undefined
}

/**
 * Larger parts would be held in memory all the same, one at a time.
 * @throws UsageError
 */
export function assertPartsFit(options: OptionValues, memory: number): void {
  const partSize = options["chunk-size"]
  if (typeof partSize !== "number" || partSize <= memory) return
  throw new UsageError(
    `Chunks of ${formatSize(partSize)} do not fit into --memory ${formatSize(memory)}: make one smaller or the other larger`,
  )
}

/** A line for each secret that everybody on this machine can read in the list of processes. */
export function secretWarnings(backend: Backend, values: Values): readonly string[] {
  const parameters = readParameters(backend, values)
  return backend.options.flatMap(({ name, secret, env, parameter }) => {
    if (!secret) return []
    const said = [
      ...(values.get(name) === undefined ? [] : [`--${name}`]),
      ...(parameters.has(name) ? [`--option ${parameter}`] : []),
    ]
    const instead = env ? `; ${env[0]} cannot` : ""
    return said.map((what) => `${what} can be read in the list of processes${instead}.`)
  })
}
