/**
 * The backends of the command line: the list of drivers, as flags and grammar need it. Nothing here or elsewhere in cli/ names one
 * of them, except for the one that references without scheme have always meant.
 * @module
 */
import { type DriverEntry, type DriverOption, DRIVERS } from "../storage/drivers.ts"
import { DIR, type Flag, type FlagGroup } from "./flags.ts"
import { isFolder } from "./reference.ts"

export type Backend = DriverEntry

export const BACKENDS: readonly Backend[] = DRIVERS

/** `bucket/path:tag` alone is S3: the program's first and for long only backend. */
export const DEFAULT_BACKEND = "s3"

export function flagsOf(backend: Backend): FlagGroup {
  const flags = backend.options.map(toFlag)
  return { title: `Flags of ${backend.name}`, flags: isFolder(backend) ? [DIR, ...flags] : flags }
}

/** A value is shown by the last word of its flag: `--root-dir DIR`. */
function toFlag(option: DriverOption): Flag {
  return {
    ...option,
    value: option.type === "boolean" ? undefined : option.name.replace(/^.*-/, "").toUpperCase(),
  }
}
