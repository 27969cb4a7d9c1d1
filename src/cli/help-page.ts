/**
 * What stands on the help page of a command.
 * @module
 */
import { type Command, nameOf } from "./command.ts"
import { EXIT_CODES } from "./exit-codes.ts"
import { GENERAL_FLAGS } from "./flags.ts"
import { describeFlag, type HelpPage, type HelpSection, PROGRAM } from "./help.ts"

export function pageOf(command: Command): HelpPage {
  const { describe, usage, groups, sections = [], examples, commands = [] } = command
  const [backends, others] = [commands.filter(isBackend), commands.filter((each) => !isBackend(each))]
  return {
    about: describe,
    usage,
    sections: [
      listOf("Backends", backends),
      listOf("Commands", others),
      ...[...groups, GENERAL_FLAGS].map(({ title, flags }) => ({ title, rows: flags.map(describeFlag) })),
      ...sections,
      {
        title: "Examples",
        rows: examples.map(([line, text]) => [`${PROGRAM} ${line}`, text] as const),
        stacked: true,
      },
      { title: "Exit codes", rows: EXIT_CODES.map(([codes, text]) => [codes.join(", "), text] as const) },
    ],
  }
}

function isBackend({ commands = [] }: Command): boolean {
  return commands.length > 0
}

function listOf(title: string, commands: readonly Command[]): HelpSection {
  return { title, rows: commands.map((command) => [nameOf(command), command.describe]) }
}
