/**
 * The Docker engine of this machine, or of the one that DOCKER_HOST, a context or `--host` names.
 * @module
 */
import { hostname } from "node:os"
import type { Readable } from "node:stream"
import { isRecord } from "../oci/descriptor.ts"
import { loadImage, saveImage } from "./archive.ts"
import { type Connection, type Credentials, openConnection } from "./connection.ts"
import { DockerError, isDockerError } from "./errors.ts"
import { type DockerHost, type Environment, findHost } from "./host.ts"
import {
  type Cancellable,
  inspectImage,
  listImages,
  type LocalImage,
  tagImage,
  removeUnnamed,
  untagImage,
  type UntagOptions,
} from "./images.ts"
import { describeEngine, type EngineInfo } from "./info.ts"
import type { EngineProgress } from "./progress.ts"
import { pullImage, pushImage, type TransferOptions } from "./transfer.ts"
import { atLeast, negotiateVersion } from "./version.ts"

/** Docker 19.03 and Podman 3. */
const OLDEST_API = "1.40"

export interface EngineChoice {
  /** Value of `--host`. */
  readonly host?: string | undefined
  /** The process's environment when left out. */
  readonly env?: Environment
}

/** A daemon that answered. Every method throws {@link DockerError} or, once its signal is aborted, the signal's reason. */
export interface DockerEngine extends Disposable {
  readonly info: EngineInfo

  /** By name, id or the start of an id; undefined if the daemon has no such image. */
  inspectImage(name: string, options?: Cancellable): Promise<LocalImage | undefined>

  /** @throws DockerError IMAGE_NOT_FOUND */
  tagImage(source: string, repository: string, tag: string, options?: Cancellable): Promise<void>

  /** Removes one name, and not the image: false if the name was the image's last one and was therefore kept. */
  untagImage(name: string, options?: UntagOptions): Promise<boolean>

  /** Removes an image by its id, if it has no name. */
  removeUnnamed(id: string): Promise<void>

  /** The push starts with the iteration, and is broken off by leaving it. */
  pushImage(
    repository: string,
    tag: string,
    credentials: Credentials,
    options?: TransferOptions,
  ): AsyncIterable<EngineProgress>

  /** The pull starts with the iteration, and is broken off by leaving it. */
  pullImage(
    repository: string,
    tagOrDigest: string,
    credentials: Credentials,
    options?: TransferOptions,
  ): AsyncIterable<EngineProgress>

  /** The image as a tar archive; the daemon starts with the iteration, and is broken off by leaving it. */
  saveImage(name: string, options?: TransferOptions): AsyncIterable<Uint8Array>

  /** Takes the images of a tar archive, under the names that it gives them. */
  loadImage(archive: Readable, options?: Cancellable): Promise<void>

  /** Ids of all images. */
  listImages(options?: Cancellable): Promise<readonly string[]>

  /** Breaks off whatever still runs. */
  [Symbol.dispose](): void
}

/**
 * Which daemon {@link connectEngine} talks to, without talking to it.
 *
 * @throws DockerError UNREACHABLE for a malformed address, ABSENT for an unknown context
 */
export function resolveHost({ host, env = process.env }: EngineChoice = {}): Promise<DockerHost> {
  return findHost({ host, env, platform: process.platform })
}

/** @throws DockerError ABSENT, FORBIDDEN, UNREACHABLE, TOO_OLD */
export async function connectEngine(options: EngineChoice & Cancellable = {}): Promise<DockerEngine> {
  const host = await resolveHost(options)
  const { connection, info } = await introduce(host, options.signal)
  return {
    info,
    inspectImage: (name, options) => inspectImage(connection, info, name, options),
    tagImage: (source, repository, tag, options) =>
      tagImage(connection, info, source, repository, tag, options),
    untagImage: (name, options) => untagImage(connection, name, options),
    removeUnnamed: (id) => removeUnnamed(connection, info, id),
    pushImage: (repository, tag, credentials, options) =>
      pushImage(connection, info, repository, tag, credentials, options),
    pullImage: (repository, tagOrDigest, credentials, options) =>
      pullImage(connection, info, repository, tagOrDigest, credentials, options),
    saveImage: (name, options) => saveImage(connection, info, name, options),
    loadImage: (archive, options) => loadImage(connection, archive, options),
    listImages: (options) => listImages(connection, options),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  }
}

/** Asks who is there, agrees on a version, asks for the rest in that version. */
async function introduce(
  host: DockerHost,
  signal: AbortSignal | undefined,
): Promise<{ connection: Connection; info: EngineInfo }> {
  using stranger = openConnection(host)
  const version = await ask(stranger, "/version", signal)
  const { ApiVersion: newest, MinAPIVersion: oldest } = version
  if (typeof newest !== "string" || !atLeast(newest, OLDEST_API)) {
    throw new DockerError(
      "TOO_OLD",
      `The Docker daemon at ${host.address} speaks API ${String(newest)}: ${OLDEST_API} (Docker 19.03) or newer is needed`,
    )
  }
  const apiVersion = negotiateVersion({ newest, oldest: typeof oldest === "string" ? oldest : undefined })
  const connection = openConnection(host, apiVersion)
  const info = await ask(connection, "/info", signal)
  const client = { hostname: hostname(), platform: process.platform }
  return { connection, info: describeEngine(host, apiVersion, { version, info }, client) }
}

async function ask(connection: Connection, path: string, signal: AbortSignal | undefined) {
  const purpose = `ask the Docker daemon for ${path}`
  const notDocker = (cause: unknown, said: string) =>
    new DockerError("UNREACHABLE", `What answers at ${connection.host.address} is no Docker daemon${said}`, {
      cause,
    })
  try {
    const reply = await connection.call({ method: "GET", path, purpose, signal })
    if (isRecord(reply)) return reply
    throw notDocker(reply, "")
  } catch (error) {
    throw isDockerError(error, "FAILED", "IMAGE_NOT_FOUND") ? notDocker(error, `. ${error.message}`) : error
  }
}
