/**
 * What the process ends with, and what the user may do next: one row for each way to fail.
 * @module
 */
import type { DockerErrorCode } from "../docker/errors.ts"
import type { TransferErrorCode } from "../bridge/errors.ts"
import type { UpkeepErrorCode } from "../upkeep/errors.ts"
import type { StorageErrorCode } from "../storage/driver.ts"

/** Exit codes and when, in the order of the help pages. */
export const EXIT_CODES = [
  [[0], "done; a server: stopped by a signal"],
  [[1], "this machine: disk full, or anything unforeseen"],
  [[2], "wrong usage; a region or account is missing"],
  [[3], "Docker is absent, stopped, forbidden or died"],
  [[4], "storage: no such bucket, denied, unreachable"],
  [[5], "no such image or tag; content missing or damaged"],
  [[129, 130, 143], "broken off by SIGHUP, SIGINT (Ctrl-C), SIGTERM, and cleaned up"],
] as const

type ExitCode = (typeof EXIT_CODES)[number][0][number]

export interface Outcome {
  readonly code: ExitCode
  /** What to do next, where the message does not say it. */
  readonly hint?: string
}

export const UNFORESEEN: Outcome = { code: 1, hint: "--verbose shows where it happened." }

/** The folder for temporary files fails. */
export const SPOOL: Outcome = { code: 1, hint: "--tmp-dir names another folder for temporary files." }

/** The file or folder of --image fails: the message says why. */
export const IMAGE_FILE: Outcome = { code: 1 }

/** The messages say themselves what is allowed. */
export const CONFIGURATION: Outcome = { code: 2 }

/** A server's address is not to be had. */
export const LISTENING: Outcome = { code: 1 }

const AGAIN = "Run the command again: what has been stored is not sent twice."

/** A store on a disk of this machine, or mounted here, is full. */
export const DISK_FULL: Outcome = { code: 1, hint: `Free some space. ${AGAIN}` }

/** The messages of drivers say themselves what to do about a bucket, a region or credentials. */
export const STORAGE_OUTCOMES: Readonly<Record<StorageErrorCode, Outcome>> = {
  NOT_FOUND: { code: 4 },
  NO_SUCH_BUCKET: { code: 4 },
  WRONG_REGION: { code: 4 },
  CREDENTIALS: { code: 4 },
  ACCESS_DENIED: { code: 4, hint: "A push has to read, write and list there, a pull to read." },
  PRECONDITION_FAILED: {
    code: 4,
    hint: "Somebody else wrote there at the same time. Run the command again.",
  },
  UNSUPPORTED: { code: 4 },
  INVALID_RANGE: { code: 4 },
  UPLOAD_INVALID: { code: 4, hint: AGAIN },
  NO_SPACE: { code: 4, hint: `Free some space. ${AGAIN}` },
  UNAVAILABLE: { code: 4, hint: `Check the network and the address. ${AGAIN}` },
  NOT_A_STORE: { code: 4 },
}

export const DOCKER_OUTCOMES: Readonly<Record<DockerErrorCode, Outcome>> = {
  ABSENT: {
    code: 3,
    hint: "--host or DOCKER_HOST names a daemon elsewhere; `docker context ls` lists some.",
  },
  FORBIDDEN: { code: 3 },
  DIED: {
    code: 3,
    hint: "Run the command again once `docker ps` works: what has been stored is not sent twice.",
  },
  TOO_OLD: { code: 3 },
  UNREACHABLE: { code: 3, hint: "Check --host, DOCKER_HOST and `docker context ls`." },
  IMAGE_NOT_FOUND: { code: 5 },
  FAILED: { code: 3, hint: "The daemon's own log may say more." },
}

export const TRANSFER_OUTCOMES: Readonly<Record<TransferErrorCode, Outcome>> = {
  IMAGE_ABSENT: { code: 5 },
  TAG_ABSENT: { code: 5 },
  TAG_EXISTS: { code: 5 },
  PLATFORM_ABSENT: { code: 5 },
  CONTENT_DAMAGED: { code: 5 },
  INCOMPLETE: { code: 5 },
}

export const UPKEEP_OUTCOMES: Readonly<Record<UpkeepErrorCode, Outcome>> = {
  TAG_ABSENT: { code: 5 },
  DAMAGED: {
    code: 5,
    hint: "Push what they break again with --force, which replaces whatever is damaged.",
  },
  NOT_DELETED: { code: 4 },
}

/** The file of --state fails. */
export const STATE_FILE: Outcome = { code: 1, hint: "What it holds already stays good." }
