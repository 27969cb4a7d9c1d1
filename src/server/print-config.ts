/**
 * The effective configuration as text, without its secrets.
 * @module
 */
import { stringify } from "yaml"
import type { Config } from "./config.ts"
import { type Section, withValue } from "./sections.ts"
import { optionKey } from "./settings.ts"

const MASK = "***"

/** YAML, with the defaults filled in. */
export function printConfig({ effective, storage }: Config): string {
  const secrets = storage.driver.options.filter(({ secret }) => secret)
  const masked = secrets
    .filter(({ name }) => storage.options[name] !== undefined)
    .reduce((section: Section, option) => withValue(section, optionKey(option).split("."), MASK), effective)
  return stringify(masked, (key: unknown, value: unknown) =>
    typeof key === "string" && key.startsWith("password") && typeof value === "string" ? MASK : value,
  )
}
