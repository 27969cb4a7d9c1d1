/**
 * The manual's page of a server's settings, made of the table that validates them.
 * @module
 */
import { COMMON, type Setting, storageSettings } from "../../src/server/settings.ts"
import { DRIVERS } from "../../src/storage/drivers.ts"
import { markdownTable } from "./markdown-table.ts"

export const SETTINGS_PAGE = "src/server/settings.md"

const HEAD = ["setting", "default", "flag, environment", ""]

const INTRO = `# Settings of the server

Each is a key of the configuration file, in sections: \`server.port\` is \`port\` below \`server\`. A flag comes before the environment,
the environment before the file, the file before the default. Sizes are written \`16MiB\`, \`100MB\` or in bytes, times \`30s\`, \`2m\` or
\`1h30m\`. The flags of a backend work too.

`

/** Markdown, formatted as the rest is. */
export function settingsPage(): string {
  const common = COMMON.filter(({ describe }) => describe !== "Not in this version")
  const storage = DRIVERS.map((driver) => {
    const name = driver.container === "folder" ? "filesystem" : driver.name
    return `\n## With \`storage.type: ${name}\`\n\n${tableOf(storageSettings(driver))}`
  })
  return INTRO + tableOf(common) + storage.join("")
}

function tableOf(settings: readonly Setting[]): string {
  return markdownTable([HEAD, ...settings.map(rowOf)])
}

function rowOf({ key, default: preset, env = [], flag, describe, choices, option }: Setting): string[] {
  const names = [...(flag === undefined ? [] : [`--${flag}`]), ...env]
  const allowed = choices ?? option?.choices
  const text = option?.unused ? `No effect: ${describe}` : describe
  return [
    code(key),
    preset === undefined || Array.isArray(preset) ? "" : code(String(preset)),
    names.map(code).join(", "),
    allowed ? `${text}. One of ${allowed.map(code).join(", ")}` : text,
  ]
}

function code(text: string): string {
  return `\`${text}\``
}
