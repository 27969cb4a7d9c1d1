/**
 * The contexts of the Docker CLI: named daemons that `docker context use` chooses among.
 *
 * ```
 * $DOCKER_CONFIG (~/.docker)
 * ├── config.json                                 { "currentContext": "name" }
 * └── contexts
 *     ├── meta/<sha256 of name>/meta.json         { "Name", "Endpoints": { "docker": { "Host", "SkipTLSVerify" } } }
 *     └── tls/<sha256 of name>/docker/{ca,cert,key}.pem
 * ```
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 * @module
 */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { isRecord } from "../oci/descriptor.ts"
import { codeOf, DockerError } from "./errors.ts"
import { readTls, type TlsMaterial } from "./tls.ts"

export interface DockerContext {
  readonly address: string
  readonly tls?: TlsMaterial
}

/** The context chosen by `docker context use`; undefined if none is. */
export async function currentContext(configFolder: string): Promise<string | undefined> {
  const config = await readJson(join(configFolder, "config.json"))
  const name = config?.["currentContext"]
  return typeof name === "string" && name !== "" ? name : undefined
}

/** @throws DockerError ABSENT for a context that does not exist or names no Docker daemon */
export async function readContext(configFolder: string, name: string): Promise<DockerContext> {
  const id = createHash("sha256").update(name).digest("hex")
  const meta = await readJson(join(configFolder, "contexts", "meta", id, "meta.json"))
  const endpoints = meta?.["Endpoints"]
  const docker = isRecord(endpoints) ? endpoints["docker"] : undefined
  if (!isRecord(docker) || typeof docker["Host"] !== "string") {
    throw new DockerError("ABSENT", `The Docker context '${name}' does not exist: see \`docker context ls\``)
  }
  const address = docker["Host"]
  const tls = await readTls(
    join(configFolder, "contexts", "tls", id, "docker"),
    docker["SkipTLSVerify"] !== true,
  )
  const secured = tls.ca !== undefined || tls.cert !== undefined || !tls.verify
  return { address, ...(secured && { tls }) }
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(file, "utf8"))
    return isRecord(json) ? json : undefined
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw new DockerError("ABSENT", `Cannot read ${file}, which says where the Docker daemon is`, {
      cause: error,
    })
  }
}
