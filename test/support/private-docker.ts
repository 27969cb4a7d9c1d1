/**
 * A Docker daemon of one's own, to be killed: nothing of it is shared with the one that other tests use.
 * @module
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { docker, removeImages } from "./docker.ts"
import { randomImage, type RandomImageOptions } from "./random-image.ts"

const exec = promisify(execFile)

const DOCKERD = "dockerd"

export interface PrivateDocker extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly host: string
  /** Of all that it keeps. */
  readonly folder: string
  /** Runs the docker CLI with this daemon. */
  docker(...args: string[]): Promise<string>
  /** Without warning, as a crash or the out-of-memory killer does it. */
  kill(): Promise<void>
  /** With everything that it had stored before. */
  restart(): Promise<void>
}

/** Gives it an image that was made with the other daemon, which keeps none. */
export async function addImage(
  engine: PrivateDocker,
  name: string,
  options: RandomImageOptions,
): Promise<void> {
  const made = await randomImage(options)
  const folder = await mkdtemp(join(tmpdir(), "oci-store-image-"))
  try {
    await docker("tag", made.name, name)
    await docker("save", "--output", join(folder, "image.tar"), name)
    await engine.docker("load", "--input", join(folder, "image.tar"))
  } finally {
    await rm(folder, { recursive: true })
    await removeImages(made.name, name)
  }
}

/** Why there can be none; undefined where there can. In CI that is an error. */
export async function privateDockerMissing(): Promise<string | undefined> {
  const reason = await whyNot()
  if (reason !== undefined && process.env["CI"]) throw new Error(reason)
  return reason
}

async function whyNot(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can start a Docker daemon"
  return exec(DOCKERD, ["--version"]).then(
    () => undefined,
    () => "dockerd is not installed",
  )
}

/** @param more flags of dockerd */
export async function startPrivateDocker(...more: string[]): Promise<PrivateDocker> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-dockerd-"))
  const host = `unix://${join(folder, "docker.sock")}`
  const ask = (...args: string[]) => docker("--host", host, ...args)
  const bridge = await addBridge()
  let runs = 0
  let runtime = ""
  let daemon: ChildProcess | undefined

  async function start(): Promise<void> {
    runs += 1
    // Where it keeps sockets and process ids: those of a killed one are of no use.
    runtime = join(folder, `run-${runs}`)
    daemon = spawn(DOCKERD, [...flags({ folder, runtime, host, bridge }), ...more], { stdio: "ignore" })
    const ended = once(daemon, "exit").then(([code]) => {
      throw new Error(`dockerd ended with ${String(code)}`)
    })
    // Also when nobody waits any more.
    ended.catch(() => undefined)
    await Promise.race([answering(ask), ended])
  }

  /** It has started a containerd, which outlives it when it is killed. */
  async function stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (daemon?.exitCode !== null || daemon.signalCode !== null) return
    const containerd = Number(await readFile(join(runtime, "containerd", "containerd.pid"), "utf8"))
    const exited = once(daemon, "exit")
    daemon.kill(signal)
    await exited
    if (signal === "SIGKILL") process.kill(containerd, signal)
  }

  const privateDocker: PrivateDocker = {
    host,
    folder,
    docker: ask,
    kill: () => stop("SIGKILL"),
    restart: start,
    async [Symbol.asyncDispose]() {
      await stop("SIGTERM")
      await exec("ip", ["link", "delete", bridge])
      await unmountBelow(folder)
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await start()
  } catch (error) {
    await privateDocker[Symbol.asyncDispose]()
    throw error
  }
  return privateDocker
}

/** Told to have no network, a daemon would remove the one of the machine's own daemon. */
async function addBridge(): Promise<string> {
  const [network = 0, ...rest] = randomBytes(4)
  const bridge = `ocistore${Buffer.from(rest).toString("hex")}`
  await exec("ip", ["link", "add", bridge, "type", "bridge"])
  await exec("ip", ["address", "add", `10.213.${network}.1/24`, "dev", bridge])
  return bridge
}

interface Places {
  readonly folder: string
  readonly runtime: string
  readonly host: string
  readonly bridge: string
}

function flags({ folder, runtime, host, bridge }: Places): string[] {
  return [
    "--host",
    host,
    "--data-root",
    join(folder, "data"),
    "--exec-root",
    runtime,
    "--pidfile",
    join(runtime, "dockerd.pid"),
    "--bridge",
    bridge,
    "--iptables=false",
  ]
}

async function answering(ask: PrivateDocker["docker"]): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await ask("version")
      return
    } catch (error) {
      if (attempts === 150) throw error
      await sleep(200)
    }
  }
}

/** What a killed daemon did not come to. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "")
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed()) {
    await exec("umount", ["--lazy", mount])
  }
}
