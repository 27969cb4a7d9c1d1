/**
 * The Docker engine that tests run against: the one of DOCKER_HOST, else the default socket.
 * @module
 */
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import type { Readable } from "node:stream"
import { promisify } from "node:util"
import Dockerode from "dockerode"
import { describe } from "vitest"

const exec = promisify(execFile)

/** Reads DOCKER_HOST itself, and is the default socket otherwise. */
const engine = new Dockerode()

/** Runs the docker CLI and returns its standard output without the last newline. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await exec("docker", args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout.trimEnd()
}

/** Podman would raise the limits, which not every machine of CI lets it do. */
const LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]

/** Runs a container of an image that is present, off the network, and returns what it prints. */
export function runImage(name: string, ...command: string[]): Promise<string> {
  return docker("run", "--rm", "--pull", "never", "--network", "none", ...LIMITS, name, ...command)
}

/** Loads an image archive (docker-archive or OCI layout) as `docker load` does. */
export async function loadImage(archive: Readable): Promise<void> {
  const reply = await engine.loadImage(archive, { quiet: true })
  let said = ""
  for await (const chunk of reply) said += String(chunk)
  if (said.includes('"errorDetail"')) throw new Error(`docker load: ${said}`)
}

/** The image's id as this engine counts: of the configuration in the classic store, of the manifest in the containerd store. */
export async function imageId(name: string): Promise<string> {
  const { Id } = await engine.getImage(name).inspect()
  return Id
}

/** Removes images by name or id, whatever else refers to them. Missing ones are no error. */
export async function removeImages(...names: string[]): Promise<void> {
  for (const name of names) {
    await engine
      .getImage(name)
      .remove({ force: true })
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error
      })
  }
}

/** Names that pushes and pulls make for their own use: those that are there are left over, or of someone else's at this moment. */
export async function loopbackNames(): Promise<string[]> {
  const names = await docker("images", "--format", "{{.Repository}}:{{.Tag}}")
  return names.split("\n").filter((name) => name.startsWith("127.0.0.1:"))
}

/** A repository name that no other test has: `oci-store-test/<prefix>-<8 hex digits>`. */
export function uniqueName(prefix = "image"): string {
  return `oci-store-test/${prefix}-${randomBytes(4).toString("hex")}`
}

/** Why there is no engine to test against; undefined when there is one. */
async function engineMissing(): Promise<string | undefined> {
  try {
    await engine.ping()
    return undefined
  } catch (error) {
    return `no Docker engine: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Podman's Docker-compatible socket, which does some things as Podman does. */
export async function isPodman(): Promise<boolean> {
  const components = await docker("version", "--format", "{{json .Server.Components}}").catch(() => "")
  return components.includes("Podman")
}

export type ImageStore = "classic" | "containerd"

/** Which kind of image store the engine has. */
export async function imageStore(): Promise<ImageStore> {
  const info: { DriverStatus?: readonly (readonly string[])[] } = await engine.info()
  const containerd = info.DriverStatus?.some(([, value]) => value === "io.containerd.snapshotter.v1")
  return containerd ? "containerd" : "classic"
}

/**
 * A suite that needs the engine (and, if given, one kind of image store). Without it: skipped with the reason in its title on a
 * laptop; with `CI` set a missing engine is a failure, since nobody would read the skip.
 *
 * @param lack why what else it needs is not there
 */
export async function describeWithEngine(
  title: string,
  suite: () => void,
  store?: ImageStore,
  lack?: string,
): Promise<void> {
  const missing = await engineMissing()
  if (missing !== undefined && process.env["CI"]) throw new Error(missing)
  const wrongStore = missing === undefined && store !== undefined && (await imageStore()) !== store
  const reason = missing ?? lack ?? (wrongStore ? `the engine's image store is not ${store}` : undefined)
  if (reason === undefined) describe(title, suite)
  else describe.skip(`${title} (skipped: ${reason})`, suite)
}
