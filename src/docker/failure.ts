/**
 * From what dockerode and Node throw, and what a daemon says, to DockerError. The only place that reads their messages.
 * @module
 */
import { isRecord } from "../oci/descriptor.ts"
import { codeOf, DockerError, type DockerErrorCode } from "./errors.ts"
import type { DockerHost } from "./host.ts"

/** The daemon's own words → what they mean. Anything else it says is FAILED. */
const SAYINGS: readonly (readonly [RegExp, DockerErrorCode])[] = [
  [/no such image|does not exist locally|tag does not exist|image not known/i, "IMAGE_NOT_FOUND"],
  [/does not provide the specified platform|no matching manifest for/i, "IMAGE_NOT_FOUND"],
]

/** HTTP status of a reply → code, where the words leave it open. */
const STATUSES: ReadonlyMap<number | undefined, DockerErrorCode> = new Map([
  [403, "FORBIDDEN"],
  [404, "IMAGE_NOT_FOUND"],
])

/** Node's codes for a connection that was there and is no more. */
const BROKEN = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ECONNABORTED"])

/**
 * @param purpose the request in words, after "cannot"
 */
export function failureOf(error: unknown, host: DockerHost, purpose: string): DockerError {
  if (error instanceof DockerError) return error
  if (error instanceof Error && error.message.startsWith("Max redirects")) {
    return refusal("it answers by pointing elsewhere", purpose, { cause: error })
  }
  const status = statusOf(error)
  if (status !== undefined) return refusal(saidIn(error), purpose, { status, cause: error })
  return brokenConnection(error, host, purpose)
}

export interface RefusalOptions extends ErrorOptions {
  /** HTTP status; left out for an error in the middle of a stream. */
  readonly status?: number
}

/** The daemon answered, and the answer is no. */
export function refusal(said: string, purpose: string, options: RefusalOptions = {}): DockerError {
  const known = SAYINGS.find(([pattern]) => pattern.test(said))
  const code = known?.[1] ?? STATUSES.get(options.status) ?? "FAILED"
  const why = said.trim() || `it answered with status ${options.status ?? "unknown"} and no word`
  return new DockerError(code, `Cannot ${purpose}: ${why}`, { cause: options.cause })
}

function brokenConnection(
  error: unknown,
  { address, endpoint, origin }: DockerHost,
  purpose: string,
): DockerError {
  const code = codeOf(error)
  const local = endpoint.protocol === "socket"
  const fail = (as: DockerErrorCode, sentence: string) => new DockerError(as, sentence, { cause: error })

  if (code !== undefined && BROKEN.has(code)) {
    return fail("DIED", `The Docker daemon at ${address} hung up: could not ${purpose}. Is it still running?`)
  }
  if (local && (code === "EACCES" || code === "EPERM")) {
    return fail(
      "FORBIDDEN",
      `No permission to use the Docker socket ${address}: add your user to the docker group (sudo usermod -aG docker $USER, then sign in again) or run as root`,
    )
  }
  if (local && (code === "ENOENT" || code === "ECONNREFUSED")) {
    return fail(
      "ABSENT",
      `Cannot connect to the Docker daemon at ${address}: is Docker installed and running? Try \`docker ps\``,
    )
  }
  const reason = error instanceof Error ? error.message.trim() : String(error)
  return fail("UNREACHABLE", `Cannot reach the Docker daemon at ${address} (from ${origin}): ${reason}`)
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined
  return typeof error.statusCode === "number" ? error.statusCode : undefined
}

/** The daemon's sentence, without docker-modem's "(HTTP code 404) no such image - … ". */
function saidIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const json = "json" in error ? error.json : undefined
  if (isRecord(json) && typeof json["message"] === "string") return json["message"]
  return error.message.replace(/^\(HTTP code \d+\) .*? - /, "").trim()
}
