/**
 * The flags that pushes and pulls have in common, read and judged before anything is touched.
 * @module
 */
import { accessSync, constants, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { TransportName } from "../docker/reach.ts"
import type { Platform } from "../oci/descriptor.ts"
import type { Invocation } from "./command.ts"
import { parsePlatform } from "./platform.ts"
import { UsageError } from "./usage-error.ts"

export interface TransferFlags {
  readonly platform: Platform | undefined
  readonly keepName: boolean
  readonly host: string | undefined
  /** `auto`: what the daemon can. */
  readonly transport: "auto" | TransportName
  /** Bytes. */
  readonly memory: number
  readonly concurrency: number | undefined
  readonly tempDir: string | undefined
  readonly quiet: boolean
  readonly verbosity: number
  readonly json: boolean
  readonly progress: boolean
  readonly digestFile: string | undefined
}

const TRANSPORTS = ["registry", "archive"] as const satisfies readonly TransportName[]

const MEMORY = 96 * 2 ** 20

/** Bytes: below this, not even one part of an upload fits. */
const LEAST_MEMORY = 16 * 2 ** 20

/** @throws UsageError */
export function readTransferFlags({ values, io }: Invocation): TransferFlags {
  const platform = values.text("platform")
  const digestFile = values.text("digest-file")
  const tempDir = values.text("tmp-dir")
  const flags: TransferFlags = {
    platform: platform === undefined ? undefined : parsePlatform(platform),
    keepName: values.boolean("keep-ref") ?? false,
    host: values.text("host"),
    transport: TRANSPORTS.find((name) => name === values.text("transport")) ?? "auto",
    memory: values.number("memory") ?? MEMORY,
    concurrency: values.number("concurrency"),
    tempDir: tempDir === undefined ? undefined : resolve(io.cwd, tempDir),
    quiet: values.boolean("quiet") ?? false,
    verbosity: values.number("verbose") ?? 0,
    json: values.boolean("json") ?? false,
    progress: values.boolean("progress") ?? true,
    digestFile: digestFile === undefined ? undefined : resolve(io.cwd, digestFile),
  }
  if (flags.quiet && flags.verbosity > 0) throw new UsageError("--quiet and --verbose contradict each other")
  if (flags.memory < LEAST_MEMORY)
    throw new UsageError("--memory is 16MiB at least: a part of an upload has to fit")
  if (flags.tempDir !== undefined) assertFolder("tmp-dir", flags.tempDir)
  // To find out after the transfer would be late.
  if (flags.digestFile !== undefined) assertFolder("digest-file", dirname(flags.digestFile))
  return flags
}

function assertFolder(flag: string, folder: string): void {
  try {
    if (!statSync(folder).isDirectory()) throw new Error("it is no folder")
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new UsageError(`--${flag}: files cannot be written in '${folder}'`, { cause })
  }
}
