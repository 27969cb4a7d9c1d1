/**
 * Findings as lines, or as one document.
 * @module
 */
import { DockerError } from "../docker/errors.ts"
import type { Finding } from "../storage/diagnosis.ts"
import { ChecksFailedError } from "./checks-failed.ts"
import { outcomeOf } from "./failure.ts"
import type { Output } from "./io.ts"
import { wrap } from "./text.ts"

interface Form {
  /** Only what is wrong. */
  readonly quiet: boolean
  readonly json: boolean
}

/** Columns of the level and of the title, with the blanks behind them. */
const LEVEL = 9
const TITLE = 20

/**
 * Lines are written as findings come, the document at the end.
 * @throws ChecksFailedError if there is a failure among them
 */
export async function writeFindings(
  findings: AsyncIterable<Finding>,
  stdout: Output,
  { quiet, json }: Form,
): Promise<void> {
  const all: Finding[] = []
  for await (const finding of findings) {
    all.push(finding)
    if (!json && !(quiet && !isWrong(finding))) stdout.write(`${lineOf(finding, stdout)}\n`)
  }
  const failures = all.filter(({ level }) => level === "failure")
  const [first] = failures
  const titles = failures.map(({ title }) => title)
  const end = first && new ChecksFailedError(titles, all.length, first.error)
  if (json) {
    const shown = quiet ? all.filter(isWrong) : all
    const document = { ok: !end, exitCode: end ? outcomeOf(end).code : 0, findings: shown.map(recordOf) }
    stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  }
  if (end) throw end
}

function isWrong({ level }: Finding): boolean {
  return level === "warning" || level === "failure"
}

/** One line; on a terminal as many as it takes. */
function lineOf(finding: Finding, { isTTY, columns }: Output): string {
  const start = finding.level.padEnd(LEVEL) + finding.title.padEnd(TITLE)
  const width = isTTY && columns ? Math.max(columns - start.length, 30) : Infinity
  const [first = "", ...rest] = wrap(textOf(finding), width)
  return [start + first, ...rest.map((line) => " ".repeat(start.length) + line)].join("\n")
}

/** With what helps against a daemon that is not there. What helps against a store that fails, its message says. */
function textOf({ text, error }: Finding): string {
  const hint = error instanceof DockerError ? outcomeOf(error).hint : undefined
  return hint === undefined ? text : `${text}${text.endsWith(".") ? "" : "."} ${hint}`
}

function recordOf(finding: Finding) {
  const { title, level, facts } = finding
  return { title, level, text: textOf(finding), ...(facts && { facts }) }
}
