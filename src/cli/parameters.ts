/**
 * `--option name=value`: a driver's options under the names that a registry's configuration gives them.
 * @see https://distribution.github.io/distribution/storage-drivers/
 * @module
 */
import { type Backend, BACKENDS, type Parameter, parametersOf } from "./backends.ts"
import { didYouMean } from "./suggest.ts"
import { UsageError } from "./usage-error.ts"
import { readText, type Value, type Values } from "./values.ts"

interface GivenParameter {
  readonly option: Parameter
  readonly value: Value
}

/** Of what is said twice, the last, as of flags. */
export type GivenParameters = ReadonlyMap<string, GivenParameter>

/**
 * What `--option` says, by the names of the driver's options.
 * @throws UsageError
 */
export function readParameters(backend: Backend, values: Values): GivenParameters {
  return new Map(values.list("option").map((text) => readParameter(backend, text)))
}

function readParameter(backend: Backend, text: string): [string, GivenParameter] {
  const [, name = text, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  const option = parametersOf(backend).find(({ parameter }) => parameter === name)
  // What has no name may be a secret: it is not shown.
  if (!option && value === undefined)
    throw new UsageError("--option takes name=value, for example --option rootdirectory=/images")
  if (!option) throw unknownParameter(backend, name)
  if (value === undefined || value.trim() === "")
    throw new UsageError(`--option ${name} needs a value: --option ${name}=VALUE`)
  return [option.name, { option, value: readText(option, value, `--option ${name}`) }]
}

function unknownParameter(backend: Backend, name: string): UsageError {
  const own = parametersOf(backend)
  const names = own.map(({ parameter }) => parameter)
  if (name === backend.container) {
    return new UsageError(`--option ${name}: the ${name} stands in the reference, before the first slash`)
  }
  const flag = own.find((option) => !option.flagless && option.name === name)
  if (flag)
    return new UsageError(`--option ${name}: as an option this is ${flag.parameter}, as a flag --${name}`)
  const parts = names.filter((each) => each.startsWith(`${name}.`))
  if (parts.length > 0) return new UsageError(`--option ${name} has parts: ${parts.join(", ")}`)
  if (names.length === 0) return new UsageError(`--option has no meaning for the backend '${backend.name}'`)
  const owner = BACKENDS.find((each) => parametersOf(each).some(({ parameter }) => parameter === name))
  const whose = owner ? `: it is one of '${owner.name}'` : didYouMean(name, names)
  return new UsageError(
    `The backend '${backend.name}' has no option '${name}'${whose}. It has ${names.join(", ")}`,
  )
}

/** A line for each that has no effect. */
export function unusedLines(given: GivenParameters): readonly string[] {
  return [...given.values()]
    .filter(({ option }) => option.unused)
    .map(({ option }) => `--option ${option.parameter} has no effect: ${option.describe}.`)
}
