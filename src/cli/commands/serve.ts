/**
 * `serve`: a registry that keeps running.
 * @module
 */
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import type { ConfigFile } from "../../server/sections.ts"
import { type Backend, BACKENDS, flagsOf } from "../backends.ts"
import type { Command, Invocation } from "../command.ts"
import { secretWarnings } from "../driver-options.ts"
import { isFolder } from "../reference.ts"
import { readServeFlags, SERVE_FLAGS } from "../serve-flags.ts"
import { parsePlace, placeSettings } from "../serve-place.ts"
import { UsageError } from "../usage-error.ts"
import { version } from "../version.ts"

/** @param backend left out where the configuration or a URL names it */
export function serveCommand(backend?: Backend): Command {
  const path = backend ? [backend.name, "serve"] : ["serve"]
  const place = backend ? sampleOf(backend) : undefined
  return {
    path,
    describe: `Run a registry over ${backend ? `a ${backend.container}` : "a bucket, container or folder"}, until it is stopped`,
    usage: backend
      ? [`${path.join(" ")} [flags] ${backend.container}`]
      : ["serve [flags] [url]", "serve [flags] --config FILE"],
    groups: [SERVE_FLAGS, ...(backend ? [backend] : BACKENDS).map(flagsOf)],
    examples: backend
      ? [
          [`${path.join(" ")} ${place}`, "on localhost:5000, for everybody on this machine"],
          [
            `${path.join(" ")} ${place} --listen :5000 --htpasswd users`,
            "for the users of a file, everywhere",
          ],
        ]
      : [
          ["serve", "the folder ./data, on localhost:5000"],
          ["serve --config config.yaml", "as the file says"],
          ["serve --config config.yaml --check", "would it start?"],
        ],
    operands: [],
    run: (invocation) => run(invocation, backend),
  }
}

async function run({ words, values, io, signal }: Invocation, named: Backend | undefined): Promise<void> {
  const place = parsePlace(words, named, values.text("dir"))
  const flags = { ...readServeFlags(values), ...placeSettings(place) }
  const { readConfig } = await import("../../server/config.ts")
  const config = readConfig({ file: await readConfigFile(values.text("config"), io.cwd), env: io.env, flags })
  if (values.boolean("print-config")) {
    const { printConfig } = await import("../../server/print-config.ts")
    io.stdout.write(printConfig(config))
    return
  }
  for (const warning of secretWarnings(config.storage.driver, values))
    io.stderr.write(`Warning: ${warning}\n`)
  if (values.boolean("check")) {
    const { checkConfig } = await import("../../server/check.ts")
    io.stdout.write(`${await checkConfig(config, io.cwd)}\n`)
    return
  }
  const { serve } = await import("../../server/serve.ts")
  const write = (line: string): unknown => io.stderr.write(line)
  await serve({ config, version: version(), cwd: io.cwd, write, signal, onReload: io.onReload })
}

async function readConfigFile(name: string | undefined, cwd: string): Promise<ConfigFile | undefined> {
  if (name === undefined) return undefined
  try {
    return { name, text: await readFile(resolve(cwd, name), "utf8") }
  } catch (cause) {
    throw new UsageError(`--config: the file '${name}' cannot be read`, { cause })
  }
}

function sampleOf(backend: Backend): string {
  return isFolder(backend) ? "./images" : `my-${backend.container}`
}
