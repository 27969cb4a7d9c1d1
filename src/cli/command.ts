/**
 * What a command is: a node of the tree that parsing, help and completion walk.
 * @module
 */
import { type Flag, type FlagGroup, GENERAL_FLAGS } from "./flags.ts"
import type { HelpSection } from "./help.ts"
import type { Io } from "./io.ts"
import type { Values } from "./values.ts"

/** What a command runs in. */
export interface Surroundings {
  readonly io: Io
  /** Aborted when the user breaks off. */
  readonly signal: AbortSignal
}

export interface Invocation extends Surroundings {
  /** What is neither command nor flag. */
  readonly words: readonly string[]
  readonly values: Values
}

export interface Command {
  /** `["s3", "push"]`; empty for the program itself. */
  readonly path: readonly string[]
  /** One line. */
  readonly describe: string
  /** Lines of usage, behind the program's name. */
  readonly usage: readonly string[]
  /** Beside {@link GENERAL_FLAGS}. */
  readonly groups: readonly FlagGroup[]
  /** Further lists of its help page, behind those of flags. */
  readonly sections?: readonly HelpSection[]
  /** Command lines, behind the program's name, and what they do. */
  readonly examples: readonly (readonly [line: string, text: string])[]
  readonly commands?: readonly Command[]
  /** Words that may follow, for completion. */
  readonly operands?: readonly string[]
  /** Left out where only sub-commands do something. */
  run?(invocation: Invocation): Promise<void>
}

export function nameOf({ path }: Command): string {
  return path.at(-1) ?? ""
}

/** Flags of the command itself. */
export function flagsOf({ groups }: Command): readonly Flag[] {
  return [...groups, GENERAL_FLAGS].flatMap(({ flags }) => flags)
}

/**
 * Flags of a command and of all below it, one for each name: a flag may stand before the sub-command that it is for, and the same
 * name means the same kind of value everywhere.
 */
export function flagsBelow(command: Command): readonly Flag[] {
  const flags = [...flagsOf(command), ...(command.commands ?? []).flatMap(flagsBelow)]
  return [...new Map(flags.map((flag) => [flag.name, flag])).values()]
}
