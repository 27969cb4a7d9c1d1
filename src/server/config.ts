/**
 * The configuration of a server: a flag comes before the environment, the environment before the file, the file before the default.
 * @module
 */
import { type DriverEntry, DRIVERS, type OptionValues } from "../storage/drivers.ts"
import { assertConsistent } from "./consistency.ts"
import { ConfigError } from "./errors.ts"
import { explainIssue } from "./explain.ts"
import { schemaOf, type Settings } from "./schema.ts"
import { at, type ConfigFile, readSections, type Section, withValue } from "./sections.ts"
import {
  COMMON,
  driverOf,
  FILESYSTEM,
  locationKey,
  optionKey,
  type Setting,
  storageSettings,
} from "./settings.ts"

export interface ConfigSources {
  readonly file?: ConfigFile | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the command line says, by key. */
  readonly flags: Readonly<Record<string, unknown>>
}

export interface Config {
  readonly settings: Settings
  readonly storage: {
    readonly driver: DriverEntry
    /** The bucket's name or the folder's path. */
    readonly location: string
    readonly options: OptionValues
    /** Where proxies are named. */
    readonly proxyEnv: ConfigSources["env"]
  }
  /** Everything that has a value, nested as in a file. */
  readonly effective: Section
}

/** @throws ConfigError */
export function readConfig({ file, env, flags }: ConfigSources): Config {
  const written = file ? readSections(file) : {}
  const find = (setting: Setting): Given => given(setting, { written, env, flags })
  const driver = chosenDriver(COMMON.map(find))
  const rows = [...COMMON, ...storageSettings(driver)]
  refuseForeign({ written, flags }, driver, rows)

  const values = rows.map(find)
  const raw = values.reduce(
    (raw, { setting, value }) => withValue(raw, setting.key.split("."), value),
    written,
  )
  const parsed = schemaOf(rows).safeParse(raw)
  const [issue] = parsed.error?.issues ?? []
  if (issue) throw new ConfigError(explainIssue(issue, raw, values), { cause: parsed.error })
  const settings = Object.fromEntries(rows.map(({ key }) => [key, at(parsed.data, key.split("."))]))
  assertConsistent(settings as Settings)
  const options = driver.options.map((option) => [option.name, settings[optionKey(option)]] as const)
  return {
    settings: settings as Settings,
    storage: {
      driver,
      location: locationOf(driver, settings[locationKey(driver)]),
      options: Object.fromEntries(options) as OptionValues,
      proxyEnv: env,
    },
    effective: values.reduce(
      (all, given) => withValue(all, given.setting.key.split("."), inEffect(given, settings)),
      {},
    ),
  }
}

/** A setting's value, if it has one, and what the user calls the place that it comes from. */
export interface Given {
  readonly setting: Setting
  readonly value: unknown
  readonly origin: string
}

/** Durations and sizes as they were written: as numbers, nobody would know their units. */
function inEffect({ setting, value }: Given, settings: Readonly<Record<string, unknown>>): unknown {
  const { key, kind, default: preset } = setting
  return ["duration", "size", "option"].includes(kind) ? (value ?? preset) : settings[key]
}

type Layers = Omit<ConfigSources, "file"> & { readonly written: Section }

function given(setting: Setting, { flags, env, written }: Layers): Given {
  const { key, env: names = [], sdk } = setting
  if (flags[key] !== undefined) {
    return { setting, value: flags[key], origin: setting.flag === undefined ? key : `--${setting.flag}` }
  }
  const name = sdk ? undefined : names.find((name) => (env[name] ?? "").trim() !== "")
  if (name !== undefined) return { setting, value: env[name]?.trim(), origin: name }
  return { setting, value: at(written, key.split(".")), origin: key }
}

/** A type that there is not gets a driver as well: the schema explains what is wrong with it. */
function chosenDriver(values: readonly Given[]): DriverEntry {
  const type = values.find(({ setting }) => setting.key === "storage.type")?.value
  const driver = driverOf(typeof type === "string" ? type : FILESYSTEM) ?? driverOf(FILESYSTEM)
  if (driver) return driver
  throw new ConfigError("This version has no backend for folders")
}

/** Says of another backend's settings what they are, not that there are none such. */
function refuseForeign(
  { written, flags }: Omit<Layers, "env">,
  driver: DriverEntry,
  own: readonly Setting[],
): void {
  const foreign = DRIVERS.flatMap(storageSettings).find(
    ({ key }) => !own.some((each) => each.key === key) && (flags[key] ?? at(written, key.split("."))) != null,
  )
  if (foreign) throw new ConfigError(`${foreign.key} has no meaning for the storage type '${driver.name}'`)
}

function locationOf(driver: DriverEntry, value: unknown): string {
  if (typeof value === "string") return value
  throw new ConfigError(`${locationKey(driver)} is missing: the ${driver.container} that keeps the images`)
}
