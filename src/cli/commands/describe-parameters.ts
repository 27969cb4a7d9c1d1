/**
 * The names that `--option` knows, for the help page of a backend.
 * @module
 */
import { type Backend, type Parameter, parametersOf } from "../backends.ts"
import type { HelpSection } from "../help.ts"

export function describeParameters(backend: Backend): HelpSection {
  return {
    title: "Names for --option, from the configuration of a registry",
    rows: parametersOf(backend).map((option) => [option.parameter, describe(option)] as const),
  }
}

function describe({ name, flagless, unused, describe, choices }: Parameter): string {
  if (unused) return `No effect: ${describe}`
  const values = choices ? `: ${choices.join(", ")}` : ""
  return flagless ? describe + values : `As --${name}${values}`
}
