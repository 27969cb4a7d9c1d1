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
  const flags = backend.options.filter(({ flagless }) => !flagless).map(toFlag)
  return {
    title: `Flags of ${backend.name}`,
    flags: [
      ...(isFolder(backend) ? [DIR] : []),
      ...flags,
      ...(parametersOf(backend).length > 0 ? [optionFlag(backend)] : []),
    ],
  }
}

/** For what a registry's configuration has a name for. */
function optionFlag({ name }: Backend): Flag {
  return {
    name: "option",
    type: "list",
    value: "NAME=VALUE",
    describe: `Set an option of a registry's ${name} driver by its name there; 'oci-store ${name} --help' lists them`,
  }
}

/** An option that has a name in a registry's configuration. */
export type Parameter = DriverOption & { readonly parameter: string }

/** In the order of their names. */
export function parametersOf({ options }: Backend): readonly Parameter[] {
  return options
    .filter((option): option is Parameter => option.parameter !== undefined)
    .toSorted((a, b) => (a.parameter < b.parameter ? -1 : 1))
}

/** A value is shown by the last word of its flag: `--root-dir DIR`. Its range is the backend's: others may have another. */
function toFlag(option: DriverOption): Flag {
  const { value = option.name.replace(/^.*-/, "").toUpperCase() } = option
  return { ...option, range: undefined, value: option.type === "boolean" ? undefined : value }
}
