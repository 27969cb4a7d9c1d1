/**
 * From what yargs read to values that have been checked against the flags of the command.
 * @module
 */
import { type Command, flagsOf } from "./command.ts"
import type { Flag } from "./flags.ts"
import { PROGRAM } from "./help.ts"
import { parseBytes } from "./units.ts"
import { UsageError } from "./usage-error.ts"

export type Value = string | number | boolean

/** Flags that were given, by name. Of one that was given twice, the last. */
export class Values {
  readonly #values: ReadonlyMap<string, Value>

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values
  }

  get(name: string): Value | undefined {
    return this.#values.get(name)
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return typeof value === "string" ? value : undefined
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name)
    return typeof value === "number" ? value : undefined
  }

  boolean(name: string): boolean | undefined {
    const value = this.#values.get(name)
    return typeof value === "boolean" ? value : undefined
  }
}

/**
 * @param parsed what yargs made of the command line
 * @param known every flag of the program: one that the command does not have belongs to another command or backend
 * @throws UsageError
 */
export function readValues(
  command: Command,
  parsed: Readonly<Record<string, unknown>>,
  known: readonly Flag[],
): Values {
  const own = new Map(flagsOf(command).map((flag) => [flag.name, flag]))
  const values = new Map<string, Value>()
  for (const { name, type } of known) {
    const given = parsed[name]
    if (given === undefined || (type === "count" && given === 0)) continue
    const flag = own.get(name)
    if (!flag) throw new UsageError(`'${[PROGRAM, ...command.path].join(" ")}' has no flag --${name}`)
    values.set(name, readValue(flag, given))
  }
  return new Values(values)
}

function readValue(flag: Flag, given: unknown): Value {
  const { name, type } = flag
  if (type === "boolean" || type === "count") {
    if (typeof given === "boolean" || typeof given === "number") return given
    throw new UsageError(`--${name} takes no value`)
  }
  if (typeof given !== "string" || given.trim() === "") throw new UsageError(`--${name} needs a value`)
  return readText(flag, given, `--${name}`)
}

type ValueType = Pick<Flag, "type" | "choices">

/**
 * @param origin the flag or the environment variable that has it
 * @throws UsageError
 */
export function readText({ type, choices }: ValueType, text: string, origin: string): Value {
  const wrong = (expected: string) => new UsageError(`${origin} is ${expected}, not '${text}'`)
  if (choices && !choices.includes(text)) throw wrong(`one of ${choices.join(", ")}`)
  if (type === "number" && !/^[1-9]\d{0,8}$/.test(text)) throw wrong("a whole number from 1 on")
  if (type === "number") return Number(text)
  if (type === "bytes") {
    const bytes = parseBytes(text)
    if (!bytes) throw wrong("a size such as 96MiB, 100MB or plain bytes")
    return bytes
  }
  if (type !== "boolean") return text
  if (!/^(true|false|1|0)$/i.test(text)) throw wrong("true or false")
  return /^(true|1)$/i.test(text)
}
