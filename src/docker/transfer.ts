/**
 * Pushes and pulls, as the daemon reports on them.
 * @module
 */
import { formatPlatform, type Platform } from "../oci/descriptor.ts"
import type { Connection, Credentials, EngineRequest } from "./connection.ts"
import { DockerError } from "./errors.ts"
import { failureOf } from "./failure.ts"
import { type Cancellable, pathOf } from "./images.ts"
import type { EngineInfo } from "./info.ts"
import { type EngineProgress, readProgress } from "./progress.ts"
import { atLeast } from "./version.ts"

export interface TransferOptions extends Cancellable {
  /** One platform of an index. */
  readonly platform?: Platform | undefined
}

/** From this version of the API on, a push can be of one platform. */
const PUSH_PLATFORM = "1.46"

/**
 * Has the daemon push `repository:tag`. The push starts with the first step of the iteration and is broken off by leaving it.
 *
 * @throws DockerError TOO_OLD for a platform on an engine that cannot choose one; DIED; IMAGE_NOT_FOUND; FAILED
 */
export async function* pushImage(
  connection: Connection,
  info: EngineInfo,
  repository: string,
  tag: string,
  credentials: Credentials,
  { platform, signal }: TransferOptions = {},
): AsyncGenerator<EngineProgress, void> {
  const purpose = `push ${repository}:${tag}`
  if (platform && !atLeast(info.apiVersion, PUSH_PLATFORM)) {
    throw new DockerError(
      "TOO_OLD",
      `Cannot ${purpose} for ${formatPlatform(platform)} alone: ` +
        `engine ${info.version} speaks API ${info.apiVersion}, and choosing a platform needs ${PUSH_PLATFORM}`,
    )
  }
  yield* transfer(connection, {
    method: "POST",
    path: `${pathOf(repository)}/push`,
    query: { tag, ...(platform && { platform: JSON.stringify(platform) }), ...plainHttp(info) },
    credentials,
    purpose,
    signal,
  })
}

/**
 * Has the daemon pull `repository:tag`, or `repository@digest`. Starts and is broken off like a push. The classic store takes
 * an image without an index whatever its platform.
 *
 * @throws DockerError DIED; IMAGE_NOT_FOUND if the registry has none; FAILED
 */
export async function* pullImage(
  connection: Connection,
  info: EngineInfo,
  repository: string,
  tagOrDigest: string,
  credentials: Credentials,
  { platform, signal }: TransferOptions = {},
): AsyncGenerator<EngineProgress, void> {
  const separator = tagOrDigest.includes(":") ? "@" : ":"
  yield* transfer(connection, {
    method: "POST",
    path: "/images/create",
    query: {
      fromImage: repository,
      tag: tagOrDigest,
      ...(platform && { platform: formatPlatform(platform) }),
      ...plainHttp(info),
    },
    credentials,
    purpose: `pull ${repository}${separator}${tagOrDigest}`,
    signal,
  })
}

/** Docker speaks HTTP to registries on the loopback interface of its own accord, Podman when told to. */
function plainHttp({ kind }: EngineInfo): Record<string, string> {
  return kind === "podman" ? { tlsVerify: "false" } : {}
}

async function* transfer(
  connection: Connection,
  request: EngineRequest,
): AsyncGenerator<EngineProgress, void> {
  const reply = await connection.stream(request)
  try {
    yield* readProgress(reply, request.purpose)
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason
    throw failureOf(error, connection.host, request.purpose)
  }
}
