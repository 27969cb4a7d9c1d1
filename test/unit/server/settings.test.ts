import { expect, it } from "vitest"
import { COMMON, type Setting, storageSettings } from "../../../src/server/settings.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"

/** As it stands in the manual. */
function row({ key, default: preset, env = [], flag, describe, choices }: Setting): string {
  const names = [...(flag === undefined ? [] : [`--${flag}`]), ...env]
  const text = choices ? `${describe}: ${choices.join(", ")}` : describe
  const shown = preset === undefined || Array.isArray(preset) ? "" : code(String(preset))
  return `| ${[code(key), shown, text, names.map(code).join(", ")].join(" | ")} |`
}

function code(text: string): string {
  return `\`${text}\``
}

const HEAD = "| setting | default | | flag, environment |\n| --- | --- | --- | --- |\n"

it("the manual's tables are these", async () => {
  const common = COMMON.filter(({ describe }) => describe !== "Not in this version")
  const storage = DRIVERS.map((driver) => {
    const rows = storageSettings(driver).map(row)
    return `\n\`storage.type: ${driver.container === "folder" ? "filesystem" : driver.name}\`\n\n${HEAD}${rows.join("\n")}\n`
  })
  await expect(`${HEAD}${common.map(row).join("\n")}\n${storage.join("")}`).toMatchFileSnapshot(
    "../../../src/server/settings.md",
  )
})

it("no key, flag or variable is there twice", () => {
  for (const driver of DRIVERS) {
    const all = [...COMMON, ...storageSettings(driver)]
    for (const names of [
      all.map(({ key }) => key),
      all.flatMap(({ flag }) => flag ?? []),
      all.flatMap(({ env }) => env ?? []),
    ]) {
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    }
  }
})
