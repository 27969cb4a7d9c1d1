/**
 * From flags and environment to a driver's options.
 * @module
 */
import type { DriverOption, OptionValues } from "../storage/drivers.ts"
import { type Backend, BACKENDS } from "./backends.ts"
import type { Io } from "./io.ts"
import { UsageError } from "./usage-error.ts"
import { readText, type Value, type Values } from "./values.ts"

/**
 * A flag comes before the environment.
 * @throws UsageError for the flag of another backend, or a variable of the wrong type
 */
export function driverOptions(backend: Backend, values: Values, env: Io["env"]): OptionValues {
  const foreign = BACKENDS.flatMap(({ options }) => options).find(
    ({ name }) => values.get(name) !== undefined && !backend.options.some((own) => own.name === name),
  )
  if (foreign) throw new UsageError(`--${foreign.name} has no meaning for the backend '${backend.name}'`)
  return Object.fromEntries(
    backend.options.map((option) => [option.name, values.get(option.name) ?? fromEnvironment(option, env)]),
  )
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

/** A line for each secret that everybody on this machine can read in the list of processes. */
export function secretWarnings({ options }: Backend, values: Values): readonly string[] {
  return options
    .filter(({ name, secret }) => secret && values.get(name) !== undefined)
    .map(
      ({ name, env }) => `--${name} can be read in the list of processes${env ? `; ${env[0]} cannot` : ""}.`,
    )
}
