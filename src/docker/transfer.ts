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
import { PLAIN_HTTP, pullRequest, readPull } from "./podman.ts"
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
  const request: EngineRequest = {
    method: "POST",
    path: `${pathOf(repository)}/push`,
    query: {
      tag,
      ...(platform && { platform: JSON.stringify(platform) }),
      ...(info.kind === "podman" && PLAIN_HTTP),
    },
    credentials,
    purpose,
    signal,
  }
  yield* transfer(connection, request, readProgress)
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
  const image = `${repository}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`
  const request = { method: "POST", credentials, purpose: `pull ${image}`, signal } as const
  if (info.kind === "podman") {
    yield* transfer(connection, { ...request, ...pullRequest(image, platform) }, readPull)
    return
  }
  const query = {
    fromImage: repository,
    tag: tagOrDigest,
    ...(platform && { platform: formatPlatform(platform) }),
  }
  yield* transfer(connection, { ...request, path: "/images/create", query }, readProgress)
}

async function* transfer(
  connection: Connection,
  request: EngineRequest,
  read: typeof readProgress,
): AsyncGenerator<EngineProgress, void> {
  const reply = await connection.stream(request)
  try {
    yield* read(reply, request.purpose)
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason
    throw failureOf(error, connection.host, request.purpose)
  }
}
