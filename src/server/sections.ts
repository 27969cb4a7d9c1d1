/**
 * A configuration file as it is written: sections in sections.
 * @module
 */
import { parse, YAMLParseError } from "yaml"
import { ConfigError } from "./errors.ts"

/** Values and further sections. */
export type Section = { readonly [name: string]: unknown }

/** The name of the file, for messages, and what it holds. */
export interface ConfigFile {
  readonly name: string
  readonly text: string
}

/**
 * Reads YAML, of which JSON is a part.
 * @throws ConfigError
 */
export function readSections({ name, text }: ConfigFile): Section {
  const value: unknown = parseYaml(name, text) ?? {}
  if (isSection(value)) return value
  throw new ConfigError(`${name} holds no settings: expected sections such as 'server:' and 'storage:'`)
}

function parseYaml(name: string, text: string): unknown {
  try {
    return parse(text, { logLevel: "error" })
  } catch (cause) {
    const reason = cause instanceof YAMLParseError ? cause.message.split("\n")[0] : String(cause)
    throw new ConfigError(`${name} is neither YAML nor JSON: ${reason?.replace(/:$/, "")}`, { cause })
  }
}

/** The value at a place in sections and lists. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    value,
  )
}

/** A copy with another value at a place. What stands there already and is no section stays, for the schema to find. */
export function withValue(
  section: Section,
  [name = "", ...below]: readonly string[],
  value: unknown,
): Section {
  if (below.length === 0) return { ...section, [name]: value }
  const inner = section[name] ?? {}
  return isSection(inner) ? { ...section, [name]: withValue(inner, below, value) } : section
}

function isSection(value: unknown): value is Section {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
