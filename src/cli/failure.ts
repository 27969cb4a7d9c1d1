/**
 * From an error to what the user reads and what the process ends with.
 * @module
 */
import { ImageFileError } from "../archive/errors.ts"
import { TransferError } from "../bridge/errors.ts"
import { DockerError } from "../docker/errors.ts"
import { SpoolError } from "../registry/temp-file.ts"
import { ConfigError, ListenError } from "../server/errors.ts"
import { StorageError } from "../storage/driver.ts"
import { UpkeepError } from "../upkeep/errors.ts"
import { StateFileError } from "../upkeep/known-digests.ts"
import { BACKENDS } from "./backends.ts"
import { ChecksFailedError } from "./checks-failed.ts"
import {
  CONFIGURATION,
  DISK_FULL,
  DOCKER_OUTCOMES,
  IMAGE_FILE,
  LISTENING,
  type Outcome,
  SPOOL,
  STATE_FILE,
  STORAGE_OUTCOMES,
  TRANSFER_OUTCOMES,
  UNFORESEEN,
  UPKEEP_OUTCOMES,
} from "./exit-codes.ts"
import { PROGRAM } from "./help.ts"
import { isFolder } from "./reference.ts"
import { UsageError } from "./usage-error.ts"

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof UsageError) return usage(error)
  // Everything has been said already, in the report.
  if (error instanceof ChecksFailedError) return { code: outcomeOf(error.cause).code }
  if (error instanceof StorageError) return isDiskFull(error) ? DISK_FULL : STORAGE_OUTCOMES[error.code]
  if (error instanceof DockerError) return DOCKER_OUTCOMES[error.code]
  if (error instanceof ConfigError) return CONFIGURATION
  if (error instanceof ListenError) return LISTENING
  if (error instanceof TransferError) return TRANSFER_OUTCOMES[error.code]
  if (error instanceof UpkeepError) return UPKEEP_OUTCOMES[error.code]
  if (error instanceof ImageFileError) return IMAGE_FILE
  if (error instanceof StateFileError) return STATE_FILE
  return error instanceof SpoolError ? SPOOL : UNFORESEEN
}

function usage({ command }: UsageError): Outcome {
  return { code: 2, hint: `\`${[PROGRAM, ...command].join(" ")} --help\` shows flags and examples.` }
}

function isDiskFull({ code, driver }: StorageError): boolean {
  return code === "NO_SPACE" && BACKENDS.some((backend) => backend.name === driver && isFolder(backend))
}

/** One sentence, and what to do next. */
export function explain(error: unknown, { hint }: Outcome): string {
  const said = messageOf(error)
  // A sentence may end with something to copy, such as a command or a URL: that stays as it is.
  const sentence = /(?:^|\s)[\w'-]+$/.test(said) ? `${said}.` : said
  return `Error: ${sentence}\n${hint === undefined ? "" : `Hint: ${hint}\n`}`
}

/** Everything that is known, for --verbose: stack, and the causes down to the first. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const trace = error.stack ?? error.message
  return error.cause === undefined ? trace : `${trace}\nCaused by: ${traceOf(error.cause)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message.trim() : String(error)
}
