/**
 * Who said what a driver's options are.
 * @module
 */
import type { Backend } from "./backends.ts"
import type { DriverOption } from "../storage/drivers.ts"
import type { Io } from "./io.ts"
import { readParameters } from "./parameters.ts"
import type { Values } from "./values.ts"

/** Flags and environment variables by the options' names, also where the variable is read by the cloud's SDK. */
export function optionOrigins(
  backend: Backend,
  values: Values,
  env: Io["env"],
): Readonly<Record<string, string | undefined>> {
  const parameters = readParameters(backend, values)
  const originOf = ({ name, env: variables = [] }: DriverOption): string | undefined => {
    if (values.get(name) !== undefined) return `--${name}`
    const parameter = parameters.get(name)?.option.parameter
    return parameter ? `--option ${parameter}` : variables.find((variable) => env[variable]?.trim())
  }
  return Object.fromEntries(backend.options.map((option) => [option.name, originOf(option)]))
}
