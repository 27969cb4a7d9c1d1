/**
 * The Docker daemon: which one and why, what it is, and how images would travel.
 * @module
 */
import { connectEngine, resolveHost } from "../docker/engine.ts"
import { DockerError } from "../docker/errors.ts"
import type { EngineInfo } from "../docker/info.ts"
import { chooseTransport, type TransportName } from "../docker/reach.ts"
import { formatPlatform } from "../oci/descriptor.ts"
import type { Finding } from "../storage/diagnosis.ts"
import type { Check } from "./check.ts"

export interface DockerSubject {
  /** Value of `--host`. */
  readonly host: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** How images are to travel, if somebody has said it. */
  readonly transport: TransportName | undefined
}

export const DOCKER_CHECKS: readonly Check<DockerSubject>[] = [
  { title: "Docker address", run: checkAddress },
  { title: "Docker", needs: ["Docker address"], run: checkEngine },
]

/** For a daemon that takes the connection and says nothing. */
export function silentDaemon({ host, env }: DockerSubject, seconds: number): DockerError {
  const address = host ?? env["DOCKER_HOST"]
  const where = address ? ` at ${address}` : ""
  return new DockerError("UNREACHABLE", `The Docker daemon${where} does not answer within ${seconds} s.`)
}

async function checkAddress({ host, env }: DockerSubject): Promise<readonly Finding[]> {
  const { address, origin } = await resolveHost({ host, env })
  const why = origin === "default" ? "the default" : `from ${origin}`
  return [{ title: "Docker address", level: "ok", text: `${address}, ${why}`, facts: { address, origin } }]
}

async function checkEngine(
  { host, env, transport }: DockerSubject,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  using engine = await connectEngine({ host, env, signal })
  const { info } = engine
  return [describeEngine(info), describeStore(info), describeTransport(info, transport)]
}

function describeEngine({ kind, version, apiVersion, platform, virtualMachine }: EngineInfo): Finding {
  const name = kind === "podman" ? "Podman" : "Docker"
  const where = virtualMachine ? ", in a virtual machine" : ""
  const text = `${name} ${version}, API ${apiVersion}, ${formatPlatform(platform)}${where}`
  const facts = { kind, version, apiVersion, platform: formatPlatform(platform), virtualMachine }
  return { title: "Docker", level: "ok", text, facts }
}

const STORES: Readonly<Record<EngineInfo["store"], string>> = {
  classic:
    "classic: layers are compressed anew for a push, so an image from elsewhere may get another digest",
  containerd: "containerd: images keep their digests, and indexes all platforms that are there",
}

function describeStore({ store }: EngineInfo): Finding {
  return { title: "Image store", level: "ok", text: STORES[store], facts: { store } }
}

const TRANSPORTS: Readonly<Record<TransportName, string>> = {
  registry: "registry: the daemon pushes to and pulls from a port of 127.0.0.1",
  archive: "archive: the daemon saves and loads images whole, and layers are compressed here",
}

function describeTransport(info: EngineInfo, wanted: DockerSubject["transport"]): Finding {
  const title = "Transport"
  const transport = wanted ?? chooseTransport(info)
  const facts = { transport, reachesLoopback: info.reachesLoopback }
  const text = TRANSPORTS[transport]
  if (wanted === "registry" && !info.reachesLoopback) {
    const doubt = `${text}, from --transport registry, although ${info.whyNot ?? "it may not reach it"}`
    return { title, level: "warning", text: doubt, facts }
  }
  const why = wanted ? `from --transport ${wanted}` : (info.whyNot ?? "which it shares with this process")
  return { title, level: "ok", text: `${text}, ${why}`, facts }
}
