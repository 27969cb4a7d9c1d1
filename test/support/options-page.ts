/**
 * The manual's page of options, made of the drivers' tables.
 * @module
 */
import { type Backend, BACKENDS } from "../../src/cli/backends.ts"
import { markdownTable } from "./markdown-table.ts"

export const PAGE = "src/storage/options.md"

const HEAD = ["`--option`", "flag", "environment", ""]

const INTRO = `# Options of the backends

\`--option name=value\` sets an option under the name that the configuration of the CNCF registry has for it, as often as there are
options: what stands in the \`storage:\` section of a registry that serves the same bucket can be carried over line by line. The
common ones are flags as well. A flag comes before \`--option\`, and that before the environment; of two values for one name the
last counts, as for flags. The bucket or container stands in the reference. Sizes are written \`16MiB\`, \`100MB\` or in bytes, times
\`100ms\`, \`5s\` or \`1m30s\`.
`

/** Markdown, formatted as the rest is. */
export function optionsPage(): string {
  const sections = BACKENDS.filter(({ options }) => options.length > 0).map(
    (backend) => `\n## ${backend.name}\n\n${markdownTable([HEAD, ...rowsOf(backend)])}`,
  )
  return INTRO + sections.join("")
}

function rowsOf({ options }: Backend): string[][] {
  return options.map(({ name, alias, parameter, flagless, env, describe, choices, unused }) => [
    parameter === undefined ? "" : `\`${parameter}\``,
    flagless ? "" : [...(alias ? [`\`-${alias}\``] : []), `\`--${name}\``].join(", "),
    (env ?? []).map((variable) => `\`${variable}\``).join(", "),
    (unused ? `No effect: ${describe}` : describe) +
      (choices ? `. One of ${choices.map((choice) => `\`${choice}\``).join(", ")}` : ""),
  ])
}
