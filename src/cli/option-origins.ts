/**
 * Who said what a driver's options are.
 * @module
 */
import type { Backend } from "./backends.ts"
import type { Io } from "./io.ts"
import type { Values } from "./values.ts"

/** Flags and environment variables by the options' names, also where the variable is read by the cloud's SDK. */
export function optionOrigins(
  { options }: Backend,
  values: Values,
  env: Io["env"],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    options.map(({ name, env: variables = [] }) => [
      name,
      values.get(name) === undefined ? variables.find((variable) => env[variable]?.trim()) : `--${name}`,
    ]),
  )
}
