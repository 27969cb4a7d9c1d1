/**
 * What kind of engine answers, and whether it can reach a registry on our loopback interface.
 * @module
 */
import { isRecord, type Platform } from "../oci/descriptor.ts"
import { isLocal } from "./endpoint.ts"
import type { DockerHost } from "./host.ts"

export interface EngineInfo {
  /** Address of the daemon, as in DOCKER_HOST. */
  readonly host: string
  readonly kind: "docker" | "podman"
  readonly version: string
  /** Version of the API spoken with it, for example `1.41`. */
  readonly apiVersion: string
  /**
   * Where its images live. The containerd store keeps manifests, indexes and compressed layers as they were pulled; the classic
   * one (Podman's included) keeps unpacked layers of one platform and makes manifests anew.
   */
  readonly store: "classic" | "containerd"
  /** Go names: `linux`, `amd64`. */
  readonly platform: Platform
  /** The daemon runs in a virtual machine on this computer: Docker Desktop, colima, Rancher Desktop, … */
  readonly virtualMachine: boolean
  /** A registry on 127.0.0.1 of this process is one on 127.0.0.1 of the daemon. As far as can be told without trying. */
  readonly reachesLoopback: boolean
  /** Why it does not reach our loopback interface: half a sentence, "the daemon …". */
  readonly whyNot?: string
}

/** This process, as far as it matters for who shares its loopback interface. */
export interface Client {
  readonly hostname: string
  readonly platform: NodeJS.Platform
}

export interface EngineReplies {
  /** Reply to `GET /version`. */
  readonly version: Record<string, unknown>
  /** Reply to `GET /info`. */
  readonly info: Record<string, unknown>
}

/** Engines that run Linux in a virtual machine, by what they call themselves in `GET /info`. */
const VIRTUAL_MACHINES = /docker.?desktop|rancher.?desktop|colima|\blima\b|orbstack|boot2docker|minikube/i

export function describeEngine(
  host: DockerHost,
  apiVersion: string,
  { version, info }: EngineReplies,
  client: Client,
): EngineInfo {
  const virtualMachine = runsInVirtualMachine(host, info, client)
  const isPodman = namesOf(version["Components"]).some((name) => name.startsWith("Podman"))
  const whyNot = whyLoopbackIsOutOfReach(host, info, client, { virtualMachine, isPodman })
  return {
    host: host.address,
    kind: isPodman ? "podman" : "docker",
    version: text(version["Version"]),
    apiVersion,
    store: usesContainerdStore(info) ? "containerd" : "classic",
    platform: { os: text(version["Os"]), architecture: text(version["Arch"]) },
    virtualMachine,
    reachesLoopback: whyNot === undefined,
    ...(whyNot !== undefined && { whyNot }),
  }
}

/** An engine writes `["driver-type", "io.containerd.snapshotter.v1"]` into its DriverStatus when containerd keeps its images. */
function usesContainerdStore(info: Record<string, unknown>): boolean {
  return list(info["DriverStatus"]).some((pair) => list(pair)[1] === "io.containerd.snapshotter.v1")
}

function runsInVirtualMachine(host: DockerHost, info: Record<string, unknown>, client: Client): boolean {
  if (!isLocal(host.endpoint)) return false
  if (VIRTUAL_MACHINES.test(`${text(info["OperatingSystem"])} ${text(info["Name"])}`)) return true
  return info["OSType"] === "linux" && client.platform !== "linux"
}

function whyLoopbackIsOutOfReach(
  { endpoint, address }: DockerHost,
  info: Record<string, unknown>,
  { hostname }: Client,
  { virtualMachine, isPodman }: { readonly virtualMachine: boolean; readonly isPodman: boolean },
): string | undefined {
  if (!isLocal(endpoint)) return `the daemon at ${address} runs on another machine`
  if (virtualMachine) return `the daemon runs in a virtual machine (${text(info["OperatingSystem"])})`
  // Before `--detach-netns` became its default, a rootless dockerd ran in a network namespace of its own. Podman never did.
  if (!isPodman && list(info["SecurityOptions"]).includes("name=rootless")) {
    return "the daemon is rootless, with a loopback interface of its own"
  }
  // Both names come from the kernel, so they differ only across containers, virtual machines and tunnels.
  const name = text(info["Name"])
  if (name !== "" && name !== hostname) return `the daemon runs on '${name}', this process on '${hostname}'`
  return undefined
}

function namesOf(components: unknown): string[] {
  return list(components).map((component) => (isRecord(component) ? text(component["Name"]) : ""))
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}
