/**
 * A containerd of one's own, with nothing but images, and `ctr` to pull with as a Kubernetes node does.
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { pathOf, programsMissing, succeed } from "./programs.ts"

export interface PrivateContainerd extends AsyncDisposable {
  /** Says where images of a registry come from. */
  configure(registry: string, hosts: string): Promise<void>
  /** @throws Error with what ctr says */
  pull(name: string): Promise<void>
  /** Names of the images that it holds. */
  images(): Promise<readonly string[]>
}

/** Why there can be none; undefined where there can. */
export async function privateContainerdMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can start containerd"
  return programsMissing(["containerd", "ctr"])
}

export async function startPrivateContainerd(): Promise<PrivateContainerd> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-containerd-"))
  const socket = join(folder, "containerd.sock")
  const hosts = join(folder, "certs.d")
  const config = join(folder, "config.toml")
  await writeFile(config, configuration(folder, socket))
  const daemon = spawn(await pathOf("containerd"), ["--config", config], { stdio: "ignore" })
  const exited = once(daemon, "exit")
  const ctr = async (...args: string[]) =>
    (await succeed("ctr", ["--address", socket, ...args])).toString().trim()

  const containerd: PrivateContainerd = {
    async configure(registry, text) {
      await mkdir(join(hosts, registry), { recursive: true })
      await writeFile(join(hosts, registry, "hosts.toml"), text)
    },
    async pull(name) {
      await ctr("images", "pull", "--hosts-dir", hosts, name)
    },
    async images() {
      return (await ctr("images", "list", "--quiet")).split("\n")
    },
    async [Symbol.asyncDispose]() {
      daemon.kill("SIGTERM")
      await exited
      await rm(folder, { recursive: true })
    },
  }
  try {
    await Promise.race([answering(() => ctr("version")), exited.then(() => ended())])
  } catch (error) {
    await containerd[Symbol.asyncDispose]()
    throw error
  }
  return containerd
}

/** Without the part that speaks to Kubernetes, which listens on ports of the machine. */
function configuration(folder: string, socket: string): string {
  return `version = 2
root = "${join(folder, "root")}"
state = "${join(folder, "state")}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
`
}

function ended(): never {
  throw new Error("containerd ended")
}

async function answering(ask: () => Promise<unknown>): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await ask()
      return
    } catch (error) {
      if (attempts === 150) throw error
      await sleep(200)
    }
  }
}
