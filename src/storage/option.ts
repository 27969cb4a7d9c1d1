/**
 * A driver's settings as data, and reading their values.
 * @module
 */

/** One setting of a driver. */
export interface DriverOption {
  /** As a flag, without dashes. */
  readonly name: string
  /** One letter. */
  readonly alias?: string
  /** Further long names. */
  readonly synonyms?: readonly string[]
  /** Environment variables that say the same, first come first served. */
  readonly env?: readonly string[]
  /** The environment variables are for documentation: the cloud's SDK reads them itself, in its own order. */
  readonly sdk?: boolean
  readonly type: "string" | "boolean" | "number"
  readonly describe: string
  /** Never to be shown. */
  readonly secret?: boolean
  readonly choices?: readonly string[]
}

/** By the options' names. A value that is not of the option's type counts as absent. */
export type OptionValues = Readonly<Record<string, string | boolean | number | undefined>>

/** A string. An empty variable in the environment is no value. */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

export function flagOf(values: OptionValues, name: string): boolean | undefined {
  const value = values[name]
  return typeof value === "boolean" ? value : undefined
}
