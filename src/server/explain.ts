/**
 * What is wrong with a value, in one sentence.
 * @module
 */
import type { z } from "zod"
import type { Given } from "./config.ts"
import { at, type Section } from "./sections.ts"

/** @param values where every setting's value comes from */
export function explainIssue(issue: z.core.$ZodIssue, raw: Section, values: readonly Given[]): string {
  const { path, message } = issue
  const key = path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}${text && "."}${String(part)}`),
    "",
  )
  if (issue.code === "unrecognized_keys") return unknownKey(key, issue.keys, path, values)
  const source = values.find(({ setting }) => setting.key === key)
  const value = at(raw, path)
  const origin = source?.origin ?? key
  if (value === undefined) return `${origin} is missing: it is ${message}`
  const secret = source?.setting.secret ?? /password/.test(String(path.at(-1)))
  return `${origin} is ${message}${secret ? "" : `, not ${show(value)}`}`
}

function unknownKey(
  section: string,
  keys: readonly string[],
  path: readonly PropertyKey[],
  values: readonly Given[],
): string {
  const dot = section === "" ? "" : `${section}.`
  const siblings = values
    .map(({ setting }) => setting.key)
    .filter((key) => key.startsWith(dot))
    .map((key) => key.slice(dot.length).split(".")[0] ?? "")
  const known = path.some((part) => typeof part === "number")
    ? ENTRY_KEYS[String(path[1])]
    : [...new Set(siblings)]
  return `There is no setting ${dot}${keys[0]}: ${section || "a configuration"} has ${(known ?? []).join(", ")}`
}

/** What the entries of lists have. */
const ENTRY_KEYS: Readonly<Record<string, readonly string[]>> = {
  users: ["username", "password", "password_hash", "access", "repositories"],
  registries: ["name", "url"],
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value)
}
