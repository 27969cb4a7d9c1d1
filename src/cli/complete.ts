/**
 * What may come next on a command line.
 * @module
 */
import { type Command, flagsOf, nameOf } from "./command.ts"
import type { Flag } from "./flags.ts"

/** Candidates for the last of the words, which may be begun or empty; one a line. */
export function complete(root: Command, words: readonly string[]): string {
  const command = descend(root, words.slice(0, -1))
  const begun = words.at(-1) ?? ""
  const before = flagsOf(command).find((flag) => isName(flag, words.at(-2) ?? ""))
  return candidates(command, begun, before)
    .filter((candidate) => candidate.startsWith(begun))
    .map((candidate) => `${candidate}\n`)
    .join("")
}

function candidates(command: Command, begun: string, before: Flag | undefined): readonly string[] {
  if (before?.value !== undefined) return before.choices ?? []
  if (begun.startsWith("-")) return flagsOf(command).map(nameOfFlag)
  return [...(command.commands ?? []).map(nameOf), ...(command.operands ?? [])]
}

/** The deepest command that the words name; flags and their values stand anywhere between. */
function descend(command: Command, words: readonly string[]): Command {
  const below = (command.commands ?? []).find((each) => words.includes(nameOf(each)))
  return below ? descend(below, words.slice(words.indexOf(nameOf(below)) + 1)) : command
}

function nameOfFlag({ name, negative }: Flag): string {
  return `--${negative ? "no-" : ""}${name}`
}

function isName(flag: Flag, word: string): boolean {
  return word === nameOfFlag(flag) || word === `-${flag.alias}`
}
