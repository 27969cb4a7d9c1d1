/**
 * The flags that do not depend on the backend, as data: parsing, validation, help and completion are derived from it.
 * @module
 */
import type { ValueType } from "../options/range.ts"
import type { OptionRange } from "../storage/drivers.ts"

export interface Flag {
  /** Without dashes. */
  readonly name: string
  /** One letter. */
  readonly alias?: string | undefined
  /** Further long names. */
  readonly synonyms?: readonly string[] | undefined
  /** `list`: text, as often as one likes. */
  readonly type: ValueType
  readonly describe: string
  /** What stands for the value in the help. */
  readonly value?: string | undefined
  readonly choices?: readonly string[] | undefined
  readonly range?: OptionRange | undefined
  /** Environment variables that say the same; the flag comes first, then they in this order. */
  readonly env?: readonly string[] | undefined
  /** On unless switched off: offered as `--no-<name>`. */
  readonly negative?: boolean
}

export interface FlagGroup {
  readonly title: string
  readonly flags: readonly Flag[]
}

const IMAGE = { name: "image", alias: "i", type: "string", value: "NAME" } as const

const PLATFORM = { name: "platform", type: "string", value: "OS/ARCH[/VARIANT]" } as const

export const PUSH_FLAGS: FlagGroup = {
  title: "Push flags",
  flags: [
    {
      ...IMAGE,
      describe:
        "Image in the Docker daemon; default: path:tag, then, but for folders, bucket/path:tag. Or, without a daemon: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG]; FILE can be -",
    },
    { ...PLATFORM, describe: "Push this platform only; default: all that the daemon or the file has" },
    {
      name: "require-all-platforms",
      type: "boolean",
      describe: "Fail if the daemon or the file lacks a platform that the image has",
    },
    {
      name: "force",
      type: "boolean",
      describe: "Send and write everything again, in place of what is there: repairs it",
    },
    {
      name: "immutable-tags",
      type: "boolean",
      describe: "Never move a tag that is there: fail (5) unless it names just what is pushed",
    },
    {
      name: "compression",
      type: "string",
      value: "HOW",
      choices: ["gzip", "zstd"],
      describe:
        "Of layers that a daemon or a docker-archive has uncompressed; engines before 23 read no zstd; default: gzip, or as it is in a containerd store",
    },
    {
      name: "compression-level",
      type: "number",
      value: "N",
      describe: "gzip: 1 to 9, default 4; zstd: 1 to 19, default 3",
    },
  ],
}

export const PULL_FLAGS: FlagGroup = {
  title: "Pull flags",
  flags: [
    {
      ...IMAGE,
      describe:
        "Name that the image gets in the Docker daemon; default: path:tag. Or, without a daemon: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG]; FILE can be -",
    },
    {
      ...PLATFORM,
      describe: "Pull this platform; default: the daemon's; with oci: and oci-archive: all of them",
    },
  ],
}

/** Of every backend that keeps images in folders. */
export const DIR: Flag = {
  name: "dir",
  type: "string",
  value: "DIR",
  describe: "Folder that keeps the images; references are then path:tag",
}

export const TRANSFER_FLAGS: FlagGroup = {
  title: "Transfer flags",
  flags: [
    {
      name: "host",
      alias: "H",
      type: "string",
      value: "URL",
      describe: "Docker daemon; default: as the docker command does",
      env: ["DOCKER_HOST", "DOCKER_CONTEXT"],
    },
    {
      name: "transport",
      type: "string",
      value: "WAY",
      choices: ["auto", "registry", "archive"],
      describe:
        "registry: the daemon pushes to and pulls from this process; archive: it saves and loads; auto: what it can",
    },
    { name: "memory", type: "bytes", value: "SIZE", describe: "Bytes in flight at most; default: 96MiB" },
    { name: "concurrency", type: "number", value: "N", describe: "Requests to the store at a time" },
    {
      name: "tmp-dir",
      type: "string",
      value: "DIR",
      describe: "For what does not fit in memory; default: the system's",
    },
    { name: "keep-ref", type: "boolean", describe: "Leave the name 127.0.0.1:PORT/path:tag in the daemon" },
  ],
}

export const OUTPUT_FLAGS: FlagGroup = {
  title: "Output flags",
  flags: [
    { name: "verbose", alias: "v", type: "count", describe: "Log every step; -vv: every request too" },
    {
      name: "quiet",
      alias: "q",
      type: "boolean",
      describe: "Print only the digest reference, warnings and errors",
    },
    { name: "json", type: "boolean", describe: "Print the result as one JSON document" },
    {
      name: "digest-file",
      type: "string",
      value: "FILE",
      describe: "Write the digest reference to a file too",
    },
    { name: "progress", type: "boolean", negative: true, describe: "No progress" },
  ],
}

/** Of commands that need a store and no daemon. */
const STORE_FLAGS: readonly Flag[] = [
  ...TRANSFER_FLAGS.flags.filter(({ name }) => name === "memory" || name === "concurrency"),
  ...OUTPUT_FLAGS.flags.filter(({ name }) => name === "verbose" || name === "json" || name === "progress"),
]

export const VERIFY_FLAGS: FlagGroup = {
  title: "Verify flags",
  flags: [
    {
      name: "quick",
      type: "boolean",
      describe: "Look at the sizes of layers, and read only what names them",
    },
    {
      name: "state",
      type: "string",
      value: "FILE",
      describe: "Remember there which blobs are good; a second run does not read them again",
    },
    ...STORE_FLAGS,
    { name: "quiet", alias: "q", type: "boolean", describe: "Print only what is wrong" },
  ],
}

export const PRUNE_FLAGS: FlagGroup = {
  title: "Prune flags",
  flags: [
    {
      name: "older-than",
      type: "duration",
      value: "TIME",
      range: { least: 60_000 },
      describe: "Leave what is younger than this; default: 24h",
    },
    { name: "delete", type: "boolean", describe: "Delete it; without this flag it is only listed" },
    ...STORE_FLAGS.filter(({ name }) => name !== "progress" && name !== "memory"),
    { name: "quiet", alias: "q", type: "boolean", describe: "Print no summary" },
  ],
}

/** Of `doctor`, beside those by which a transfer would reach daemon and store. */
export const DOCTOR_FLAGS: FlagGroup = {
  title: "Doctor flags",
  flags: [
    {
      name: "read-only",
      type: "boolean",
      describe: "Neither write nor delete in the store to see whether it can be",
    },
    ...TRANSFER_FLAGS.flags.filter(({ name }) => name !== "keep-ref"),
    {
      name: "verbose",
      alias: "v",
      type: "count",
      describe: "Log what goes wrong in full; -vv: every request too",
    },
    { name: "quiet", alias: "q", type: "boolean", describe: "Print only warnings and failures" },
    { name: "json", type: "boolean", describe: "Print the findings as one JSON document" },
  ],
}

export const GENERAL_FLAGS: FlagGroup = {
  title: "General flags",
  flags: [
    { name: "help", alias: "h", type: "boolean", describe: "Show help" },
    { name: "version", type: "boolean", describe: "Show the version" },
  ],
}
