/**
 * The manifest for Kubernetes: the configuration in it is one that the server takes, and its parts fit together.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import { run } from "./run.ts"

const MANIFEST = fileURLToPath(new URL("../../demo/kubernetes/oci-store.yaml", import.meta.url))

type Probe = { httpGet: { path: string; port: string } }

interface Pod {
  readonly serviceAccountName: string
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly {
    readonly args: readonly string[]
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
    readonly livenessProbe: Probe
    readonly readinessProbe: Probe
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  }[]
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
}

/** As much of every kind of object as is looked at here. */
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: object }
  readonly data: Readonly<Record<string, string>>
  readonly spec: {
    readonly selector: object
    readonly ports: readonly { readonly targetPort: string }[]
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: Pod }
  }
}

interface Settings {
  readonly server: { readonly port: number; readonly shutdown_grace: string; readonly tmp_dir: string }
  readonly auth: { readonly htpasswd: string }
}

let folder: string
let manifests: ReadonlyMap<string, Manifest>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-kubernetes-"))
  const documents = parseAllDocuments(await readFile(MANIFEST, "utf8"))
  const read = documents.map((document) => document.toJS() as Manifest | null)
  manifests = new Map(read.flatMap((each) => (each ? [[each.kind, each]] : [])))
})
afterAll(() => rm(folder, { recursive: true }))

function manifest(kind: string): Manifest {
  const found = manifests.get(kind)
  if (!found) throw new Error(`no ${kind}`)
  return found
}

const pod = () => manifest("Deployment").spec.template.spec
function container() {
  const [only] = pod().containers
  if (!only) throw new Error("no container")
  return only
}

/** What the server makes of the configuration in it. */
async function settings(): Promise<Settings> {
  const file = join(folder, "config.yaml")
  await writeFile(file, manifest("ConfigMap").data["config.yaml"] ?? "")
  const args = container().args.map((arg) => (arg === "/etc/oci-store/config.yaml" ? file : arg))
  const { code, stdout, stderr } = await run([...args, "--print-config"], { env: { HOME: "/nowhere" } })
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return parse(stdout) as Settings
}

it("has a configuration that the server takes: users, and a bucket", async () => {
  expect(await settings()).toMatchObject({
    server: { address: "0.0.0.0", insecure_listen: false },
    auth: { htpasswd: "/etc/oci-store/users/users" },
    storage: { type: "s3", bucket: "my-bucket", region: "eu-west-1" },
  })
})

it("leads service and probes to the port that the server listens on", async () => {
  const { ports, livenessProbe, readinessProbe } = container()
  const { server } = await settings()
  expect(ports).toEqual([{ name: "http", containerPort: server.port }])
  expect(manifest("Service").spec.ports).toMatchObject([{ targetPort: "http" }])
  expect(livenessProbe.httpGet).toEqual({ path: "/healthz", port: "http" })
  expect(readinessProbe.httpGet).toEqual({ path: "/readyz", port: "http" })
})

it("waits longer for the end of a pod than the server for that of its requests", async () => {
  const { server } = await settings()
  expect(server.shutdown_grace).toBe("30s")
  expect(pod().terminationGracePeriodSeconds).toBeGreaterThan(30)
})

it("mounts what the configuration names, and declares what it mounts", async () => {
  const mounts = container().volumeMounts
  const paths = mounts.map(({ mountPath }) => mountPath)
  const { server, auth } = await settings()
  expect(paths).toContain(server.tmp_dir)
  expect(paths.some((path) => auth.htpasswd.startsWith(`${path}/`))).toBe(true)
  expect(paths).toContain(container().args.at(-1))
  expect(pod().volumes.map(({ name }) => name)).toEqual(mounts.map(({ name }) => name))
  expect(pod().volumes.find(({ configMap }) => configMap)?.configMap?.name).toBe(
    manifest("ConfigMap").metadata.name,
  )
  expect(pod().serviceAccountName).toBe(manifest("ServiceAccount").metadata.name)
})

it("selects the pods that it makes", () => {
  const { labels } = manifest("Deployment").spec.template.metadata
  expect(manifest("Deployment").spec.selector).toEqual({ matchLabels: labels })
  expect(manifest("PodDisruptionBudget").spec.selector).toEqual({ matchLabels: labels })
  expect(manifest("Service").spec.selector).toEqual(labels)
})
