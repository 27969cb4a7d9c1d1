/**
 * The names that `--option` knows, for the help page of a backend.
 * @module
 */
import { type Backend, type Parameter, parametersOf } from "../backends.ts"
import type { HelpSection } from "../help.ts"

export function describeParameters(backend: Backend): HelpSection {
  return {
    title: "Options, for --option NAME=VALUE, as a registry's configuration calls them",
    rows: parametersOf(backend).map((option) => [option.parameter, describe(option)] as const),
  }
}

function describe({ name, flagless, unused, describe, choices }: Parameter): string {
  if (unused) return `No effect: ${describe}`
  const values = choices ? `. One of ${choices.join(", ")}` : ""
  return (flagless ? describe : `As --${name}`) + values
}
