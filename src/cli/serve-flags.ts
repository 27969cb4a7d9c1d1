/**
 * The flags of a server: those of its settings that have one, and what is said on the command line only.
 * @module
 */
import { COMMON, optionKey, type Setting } from "../server/settings.ts"
import { BACKENDS } from "./backends.ts"
import type { Flag, FlagGroup } from "./flags.ts"
import { UsageError } from "./usage-error.ts"
import type { Values } from "./values.ts"

const LISTEN: Flag = {
  name: "listen",
  type: "string",
  value: "ADDRESS:PORT",
  describe: "Where to listen; default: localhost:5000",
}

/** What stands for a value in the help. */
const VALUES: Readonly<Record<string, string>> = {
  count: "N",
  duration: "TIME",
  file: "FILE",
  size: "SIZE",
}

export const SERVE_FLAGS: FlagGroup = {
  title: "Server flags",
  flags: [
    { name: "config", type: "string", value: "FILE", describe: "Configuration, as YAML or JSON" },
    LISTEN,
    ...COMMON.flatMap(toFlag),
    { name: "check", type: "boolean", describe: "Only say whether the server would start" },
    {
      name: "print-config",
      type: "boolean",
      describe: "Only print the configuration that counts, without secrets",
    },
  ],
}

function toFlag({ flag, kind, describe, choices, env, default: preset }: Setting): readonly Flag[] {
  if (flag === undefined) return []
  const type =
    kind === "size" ? "bytes" : kind === "count" ? "number" : kind === "boolean" ? "boolean" : "string"
  const value = type === "boolean" ? undefined : (VALUES[kind] ?? flag.replace(/^.*-/, "").toUpperCase())
  const shown =
    type === "boolean" || preset === undefined ? describe : `${describe}; default: ${String(preset)}`
  return [
    { name: flag, type, value, describe: choices ? `${shown} (${choices.join(", ")})` : shown, choices, env },
  ]
}

/** What the flags say, by the settings' keys. */
export function readServeFlags(values: Values): Readonly<Record<string, unknown>> {
  const common = COMMON.map(
    ({ key, flag }) => [key, flag === undefined ? undefined : values.get(flag)] as const,
  )
  const options = BACKENDS.flatMap(({ options }) => options)
  const given = options.map((option) => [optionKey(option), values.get(option.name)] as const)
  const listen = values.text("listen")
  return { ...Object.fromEntries([...common, ...given]), ...(listen !== undefined && parseListen(listen)) }
}

function parseListen(text: string): Readonly<Record<string, unknown>> {
  const [, address, port] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text) ?? []
  if (address === undefined || Number(port) > 65535) {
    throw new UsageError(
      `--listen is an address and a port, such as 127.0.0.1:5000 or [::]:5000, not '${text}'`,
    )
  }
  // As in other servers: no address is every address.
  return { "server.address": address.replace(/^\[(.*)\]$/, "$1") || "::", "server.port": Number(port) }
}
