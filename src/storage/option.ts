/**
 * A driver's settings as data, and reading their values.
 * @module
 */

/** One setting of a driver. */
export interface DriverOption {
  /** As a flag, without dashes, and among the values. */
  readonly name: string
  /** What `--option` calls it: its name in the configuration of Distribution's driver. */
  readonly parameter?: string
  /** Set by `--option` only. */
  readonly flagless?: boolean
  /** One letter. */
  readonly alias?: string
  /** Further long names. */
  readonly synonyms?: readonly string[]
  /** Environment variables that say the same, first come first served. */
  readonly env?: readonly string[]
  /** The environment variables are for documentation: the cloud's SDK reads them itself, in its own order. */
  readonly sdk?: boolean
  readonly type: "string" | "boolean" | "number" | "bytes" | "duration"
  /** What stands for the value in the help. Defaults to the last word of the name. */
  readonly value?: string
  readonly describe: string
  /** Never to be shown. */
  readonly secret?: boolean
  readonly choices?: readonly string[]
  readonly range?: OptionRange
  /** Accepted, so that a registry's configuration can be carried over, and without effect: `describe` says why. */
  readonly unused?: boolean
}

/** Of numbers, bytes or milliseconds. */
export interface OptionRange {
  readonly least?: number
  readonly most?: number
  /** Only whole multiples. */
  readonly step?: number
}

/** By the options' names; sizes in bytes, durations in milliseconds. A value that is not of the option's type counts as absent. */
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

export function numberOf(values: OptionValues, name: string): number | undefined {
  const value = values[name]
  return typeof value === "number" ? value : undefined
}
