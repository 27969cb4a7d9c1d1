/**
 * Images as archives, the way `docker save` and `docker load` move them: for daemons that reach no registry of ours.
 * @module
 */
import type { Readable } from "node:stream"
import { formatPlatform } from "../oci/descriptor.ts"
import type { Connection } from "./connection.ts"
import { DockerError } from "./errors.ts"
import { failureOf } from "./failure.ts"
import { type Cancellable, pathOf } from "./images.ts"
import type { EngineInfo } from "./info.ts"
import { readProgress } from "./progress.ts"
import type { TransferOptions } from "./transfer.ts"
import { atLeast } from "./version.ts"

/** From this version of the API on, an archive can be of one platform. */
const SAVE_PLATFORM = "1.48"

/**
 * The image as a tar archive, as the daemon writes it. The daemon is asked with the first step of the iteration, and broken off by
 * leaving it.
 *
 * @throws DockerError TOO_OLD for a platform on an engine that cannot choose one; IMAGE_NOT_FOUND; DIED; FAILED
 */
export async function* saveImage(
  connection: Connection,
  info: EngineInfo,
  name: string,
  { platform, signal }: TransferOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const purpose = `save ${name}`
  if (platform && !atLeast(info.apiVersion, SAVE_PLATFORM)) {
    throw new DockerError(
      "TOO_OLD",
      `Cannot ${purpose} for ${formatPlatform(platform)} alone: ` +
        `engine ${info.version} speaks API ${info.apiVersion}, and choosing a platform needs ${SAVE_PLATFORM}`,
    )
  }
  const query = platform ? { platform: JSON.stringify(platform) } : {}
  const path = `${pathOf(name)}/get`
  const reply = await connection.stream({ method: "GET", path, query, purpose, signal })
  try {
    yield* reply as AsyncIterable<Uint8Array>
  } catch (error) {
    signal?.throwIfAborted()
    throw failureOf(error, connection.host, purpose)
  }
}

/**
 * Has the daemon take the images of an archive.
 * @throws DockerError FAILED; whatever `archive` fails with
 */
export async function loadImage(
  connection: Connection,
  archive: Readable,
  { signal }: Cancellable = {},
): Promise<void> {
  const purpose = "load the image"
  // A broken body does not end the request by itself.
  const broken = new AbortController()
  archive.once("error", (error) => broken.abort(error))
  const either = signal ? AbortSignal.any([signal, broken.signal]) : broken.signal
  try {
    const request = { method: "POST", path: "/images/load", query: { quiet: "1" }, body: archive } as const
    const reply = await connection.stream({ ...request, purpose, signal: either })
    for await (const _ of readProgress(reply, purpose));
  } catch (error) {
    either.throwIfAborted()
    throw failureOf(error, connection.host, purpose)
  }
}
