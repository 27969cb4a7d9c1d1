/**
 * Help pages, made of the tables that parsing is made of. Not yargs' own: they name the values, the environment variables and the
 * exit codes.
 * @module
 */
import type { Flag } from "./flags.ts"
import { columns, wrap } from "./text.ts"

export interface HelpSection {
  readonly title: string
  readonly rows: readonly (readonly [term: string, text: string])[]
  /** Texts stand below their terms, not beside them. */
  readonly stacked?: boolean
}

export interface HelpPage {
  readonly about: string
  /** One line each, without the program's name. */
  readonly usage: readonly string[]
  readonly sections: readonly HelpSection[]
}

/** The program's name on every page, also when it was started as `oci-s3`. */
export const PROGRAM = "oci-store"

export function renderHelp({ about, usage, sections }: HelpPage, width: number): string {
  return [
    ...wrap(about, width),
    "",
    ...usage.map((line, index) => `${index === 0 ? "Usage:" : "      "} ${PROGRAM} ${line}`.trimEnd()),
    ...sections.filter(({ rows }) => rows.length > 0).flatMap((section) => renderSection(section, width)),
    "",
  ].join("\n")
}

/** Columns before the texts of a section at most, and their share of a narrow terminal; a longer term gets a line of its own. */
const WIDEST_GUTTER = 31
const GUTTER_SHARE = 0.45
const STACKED_GUTTER = 6

function renderSection({ title, rows, stacked = false }: HelpSection, width: number): string[] {
  const widest = Math.min(WIDEST_GUTTER, Math.floor(width * GUTTER_SHARE))
  const fitting = rows.map(([term]) => term.length + 4).filter((length) => length <= widest)
  const gutter = stacked ? STACKED_GUTTER : Math.max(...fitting, STACKED_GUTTER)
  return ["", `${title}:`, ...rows.flatMap((row) => columns(row, gutter, width))]
}

/** `-r, --region NAME` and what it is for. */
export function describeFlag({
  name,
  alias,
  value,
  negative,
  describe,
  env = [],
}: Flag): readonly [string, string] {
  const short = alias === undefined ? "    " : `-${alias}, `
  const term = `${short}--${negative ? "no-" : ""}${name}${value === undefined ? "" : ` ${value}`}`
  return [term, env.length === 0 ? describe : `${describe} [${env.join(", ")}]`]
}
