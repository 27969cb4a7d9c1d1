/**
 * From the command line to the command. Here is all that is known of yargs: it finds the command among the words, and the flags
 * wherever they stand; what the flags mean is checked against the tables.
 * @module
 */
import yargs, { type CommandModule, type Options } from "yargs"
import { type Command, flagsBelow, nameOf, type Surroundings } from "./command.ts"
import { rootCommand } from "./commands/root.ts"
import { complete } from "./complete.ts"
import { dispatch } from "./dispatch.ts"
import type { Flag } from "./flags.ts"
import { PROGRAM } from "./help.ts"
import { UsageError } from "./usage-error.ts"

/** @throws UsageError, and whatever the command throws */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  const root = rootCommand()
  const [first, ...rest] = argv
  if (first === "__complete") return void surroundings.io.stdout.write(complete(root, rest))
  // Help about a command is asked for in both ways.
  const args = first === "help" ? [...rest, "--help"] : [...argv]
  const known = flagsBelow(root)
  refuseBooleanValues(args, known)
  await parser(known)
    .command(moduleOf(root, known, surroundings))
    .parseAsync(args)
}

/** Prints nothing, exits never, and takes no value for anything but text: numbers and sizes are read where they can be explained. */
function parser(known: readonly Flag[]) {
  return yargs()
    .scriptName(PROGRAM)
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(false)
    .options(Object.fromEntries(known.map((flag) => [flag.name, optionOf(flag)])))
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-positional-numbers": false,
      "unknown-options-as-args": true,
    })
}

function moduleOf(command: Command, known: readonly Flag[], surroundings: Surroundings): CommandModule {
  return {
    command: nameOf(command) || "$0",
    describe: command.describe,
    builder: (parser) =>
      (command.commands ?? []).reduce(
        (parser, each) => parser.command(moduleOf(each, known, surroundings)),
        parser,
      ),
    handler: (parsed) => dispatch(command, parsed, known, surroundings),
  }
}

function optionOf({ type, alias, synonyms = [] }: Flag): Options {
  return {
    type: type === "boolean" || type === "count" ? type : "string",
    alias: [...(alias === undefined ? [] : [alias]), ...synonyms],
  }
}

/** yargs would take anything but `true` for false. */
function refuseBooleanValues(args: readonly string[], known: readonly Flag[]): void {
  for (const arg of args) {
    const [, name, value = ""] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? []
    const flag = known.find((flag) => flag.name === name)
    if (flag?.type === "boolean" && !/^(true|false)$/.test(value)) {
      throw new UsageError(`--${flag.name} takes no value, unless it is true or false`)
    }
  }
}
