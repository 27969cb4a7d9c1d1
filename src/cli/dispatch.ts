/**
 * Runs the command that was found on the command line, or says what is wrong with how it was called.
 * @module
 */
import { OptionError } from "../storage/errors.ts"
import { type Command, nameOf, type Surroundings } from "./command.ts"
import type { Flag } from "./flags.ts"
import { PROGRAM, renderHelp } from "./help.ts"
import { pageOf } from "./help-page.ts"
import { didYouMean } from "./suggest.ts"
import { UsageError } from "./usage-error.ts"
import { readValues } from "./values.ts"
import { version } from "./version.ts"

/** Columns of a help page: longer lines are hard to read. */
const WIDEST = 110

/** What yargs made of the command line. */
export interface Parsed {
  readonly _: readonly (string | number)[]
  readonly [flag: string]: unknown
}

/**
 * @param known every flag of the program
 * @throws UsageError, and whatever the command throws
 */
export async function dispatch(
  command: Command,
  parsed: Parsed,
  known: readonly Flag[],
  { io, signal }: Surroundings,
): Promise<void> {
  const words = parsed._.slice(command.path.length).map(String)
  const help = () =>
    void io.stdout.write(renderHelp(pageOf(command), Math.min(io.stdout.columns || 80, WIDEST)))
  if (parsed["version"] === true) return void io.stdout.write(`${version()}\n`)
  try {
    refuseUnknownFlags(words, known)
    if (parsed["help"] === true) return help()
    const values = readValues(command, parsed, known)
    if (command.run) return await command.run({ words, values, io, signal })
    const [word] = words
    if (word !== undefined) throw unknownCommand(command, word)
    help()
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof OptionError)) throw error
    throw new UsageError(error.message, { cause: error, command: command.path })
  }
}

/** yargs leaves what nobody declared among the words. */
function refuseUnknownFlags(words: readonly string[], known: readonly Flag[]): void {
  const unknown = words.find((word) => /^-./.test(word))
  if (unknown === undefined) return
  const name = unknown.replace(/=.*$/s, "")
  const names = known.map(({ name, negative }) => `--${negative ? "no-" : ""}${name}`)
  throw new UsageError(`There is no flag ${name}${didYouMean(name, names)}`)
}

function unknownCommand({ path, commands = [] }: Command, word: string): UsageError {
  const [groups, leaves] = [commands.filter((each) => !each.run), commands.filter((each) => each.run)]
  if (/[/:]/.test(word)) {
    const movers = leaves.filter(({ operands }) => !operands).map(nameOf)
    return new UsageError(`The command before '${word}' is missing: ${movers.join(" or ")}`)
  }
  const program = [PROGRAM, ...path].join(" ")
  const known = [
    ...(groups.length > 0 ? [`the backends ${groups.map(nameOf).join(", ")}`] : []),
    `the commands ${leaves.map(nameOf).join(", ")}`,
  ]
  const guess = didYouMean(word, commands.map(nameOf))
  return new UsageError(
    `'${program}' has no command '${word}'${guess}: this version has ${known.join(" and ")}`,
  )
}
