/**
 * From what yargs read to values that have been checked against the flags of the command.
 * @module
 */
import { parseBytes, parseDuration } from "../options/quantities.ts"
import { type Command, flagsOf } from "./command.ts"
import type { Flag } from "./flags.ts"
import { PROGRAM } from "./help.ts"
import { describeRange, isWithin } from "../options/range.ts"
import { UsageError } from "./usage-error.ts"

export type Value = string | number | boolean

/** Flags that were given, by name. Of one that was given twice, the last. */
export class Values {
  readonly #values: ReadonlyMap<string, Value>
  readonly #lists: ReadonlyMap<string, readonly string[]>

  /** @param lists flags that may be given several times, each with all that was given */
  constructor(values: ReadonlyMap<string, Value>, lists: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#values = values
    this.#lists = lists
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

  list(name: string): readonly string[] {
    return this.#lists.get(name) ?? []
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
  const lists = new Map<string, readonly string[]>()
  for (const { name, type } of known) {
    const given = parsed[name]
    if (given === undefined || (type === "count" && given === 0)) continue
    const flag = own.get(name)
    if (!flag) throw new UsageError(`'${[PROGRAM, ...command.path].join(" ")}' has no flag --${name}`)
    const all = [given].flat()
    if (type === "list") lists.set(name, all.map(String))
    else values.set(name, readValue(flag, all.at(-1)))
  }
  return new Values(values, lists)
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

type ValueType = Pick<Flag, "type" | "choices" | "range">

/**
 * @param origin the flag or the environment variable that has it
 * @throws UsageError
 */
export function readText(type: ValueType, text: string, origin: string): Value {
  const value = parse(type, text)
  if (value !== undefined && isWithin(type, value)) return value
  throw new UsageError(`${origin} is ${describeRange(type)}, not '${text}'`)
}

/** Undefined for what is not of the type. */
function parse({ type, choices }: ValueType, text: string): Value | undefined {
  if (choices) return choices.find((choice) => choice.toLowerCase() === text.toLowerCase())
  return PARSERS[type](text)
}

const readBoolean = (text: string) =>
  /^(true|false|1|0)$/i.test(text) ? /^(true|1)$/i.test(text) : undefined

const PARSERS: Readonly<Record<Flag["type"], (text: string) => Value | undefined>> = {
  boolean: readBoolean,
  count: readBoolean,
  string: (text) => text,
  list: (text) => text,
  number: (text) => (/^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined),
  bytes: (text) => parseBytes(text) || undefined,
  duration: parseDuration,
}
