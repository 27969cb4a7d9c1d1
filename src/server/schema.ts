/**
 * The table of settings as a schema of the configuration file.
 * @module
 */
import { z } from "zod"
import { KINDS, optionKind, type KindValue, type SettingKind } from "./kinds.ts"
import type { CommonSetting, Setting } from "./settings.ts"

type ValueOf<S> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : S extends { readonly kind: infer K extends SettingKind }
    ? KindValue<K>
    : never

/** Values by key, defaults filled in: `settings["server.port"]`. */
export type Settings = {
  readonly [S in CommonSetting as S["key"]]: S extends { readonly default: unknown }
    ? ValueOf<S>
    : ValueOf<S> | undefined
}

type Shape = { [name: string]: z.ZodType }

/** A file as nested as it was written, with all defaults. */
export function schemaOf(settings: readonly Setting[], path = ""): z.ZodType {
  const shape: Shape = {}
  for (const setting of settings.filter(({ key }) => key.startsWith(path))) {
    const [name = "", ...below] = setting.key.slice(path.length).split(".")
    shape[name] ??= below.length === 0 ? valueSchema(setting) : schemaOf(settings, `${path}${name}.`)
  }
  // A section whose lines are all commented out is null.
  return z.preprocess((value) => value ?? {}, z.strictObject(shape, { error: "a section with settings" }))
}

function valueSchema({ kind, option, choices, default: preset }: Setting): z.ZodType {
  const own = option ? optionKind(option) : (KINDS[kind] as z.ZodType)
  const schema = choices ? z.enum([...choices], { error: `one of ${choices.join(", ")}` }) : own
  // A key without a value is as good as left out.
  return z.preprocess((value) => value ?? preset, preset === undefined ? schema.optional() : schema)
}
