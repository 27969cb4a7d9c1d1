/**
 * What the manual says that pushes and pulls must be allowed to do at Google and Azure, whose permissions no server here knows:
 * derived from the requests that they make. S3's are enforced, see `test/e2e/policy.test.ts`.
 * @see https://cloud.google.com/storage/docs/access-control/iam-json
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
import { afterAll, beforeAll, expect, it } from "vitest"
import type { CloudServer } from "../support/clouds/cloud.ts"
import { azure } from "../support/clouds/azure.ts"
import { gcs } from "../support/clouds/gcs.ts"
import { type CountedRequest, type CountingProxy, startCountingProxy } from "../support/counting-proxy.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { README } from "../support/readme.ts"
import { call, pushContent } from "../support/registry-client.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { image, layerOf } from "../support/oci-content.ts"

const BUCKET = "permitted"
const FIRST = image([layerOf("first")])
const SECOND = image([layerOf("second")])

type Permission = (request: CountedRequest, seen: ReadonlySet<string>) => string

const GCS: Permission = ({ method, path }, seen) => {
  if (method === "DELETE") return "storage.objects.delete"
  if (method !== "GET") {
    const replaces = seen.has(nameOf(path)) && !path.includes("ifGenerationMatch=0")
    return replaces ? "storage.objects.delete" : "storage.objects.create"
  }
  return /\/o\/[^?]/.test(path) ? "storage.objects.get" : "storage.objects.list"
}

const AZURE: Permission = ({ method }) => {
  const action = method === "DELETE" ? "delete" : method === "PUT" ? "write" : "read"
  return `Microsoft.Storage/storageAccounts/blobServices/containers/blobs/${action}`
}

const CLOUDS = [
  {
    cloud: gcs,
    permission: GCS,
    push: ["storage.objects.create", "storage.objects.get"],
    move: ["storage.objects.create", "storage.objects.delete", "storage.objects.get"],
    pull: ["storage.objects.get"],
    search: ["storage.objects.get", "storage.objects.list"],
  },
  {
    cloud: azure,
    permission: AZURE,
    push: [
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ],
    move: [
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ],
    pull: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    search: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
  },
]

for (const { cloud, permission, ...needed } of CLOUDS) {
  describeUnless(await cloud.missing(), `permissions at ${cloud.name}`, () => {
    let server: CloudServer
    let proxy: CountingProxy
    const seen = new Set<string>()

    beforeAll(async () => {
      server = await cloud.start()
      await server.createBucket(BUCKET)
      proxy = await startCountingProxy(server.endpoint)
    })
    afterAll(async () => {
      await proxy?.[Symbol.asyncDispose]()
      await server?.[Symbol.asyncDispose]()
    })

    /** What was asked for while the work was done, in order and each once. */
    async function permissionsOf(work: (address: string) => Promise<unknown>): Promise<readonly string[]> {
      await using driver = await server.openDriver({ bucket: BUCKET }, proxy.endpoint)
      await using registry = await serveRegistry(driver, { scope: "store", publish: "on-put" })
      proxy.take()
      await work(registry.address)
      const requests = proxy.take()
      const permissions = new Set(requests.map((request) => permission(request, seen)))
      for (const { method, path } of requests) if (method !== "GET") seen.add(nameOf(path))
      return [...permissions].toSorted()
    }

    it("of a push, of moving a tag, and of a pull are what the manual says", async () => {
      const push = (content: typeof FIRST) => (address: string) => pushContent(address, "app", "v1", content)
      expect(await permissionsOf(push(FIRST))).toEqual(needed.push)
      expect(await permissionsOf(push(SECOND))).toEqual(needed.move)
      const paths = ["manifests/v1", ...[...SECOND.blobs.keys()].map((digest) => `blobs/${digest}`)]
      const pull = async (address: string) => {
        for (const path of paths) {
          const { status } = await call(`http://${address}/v2/app/${path}`)
          expect(status).toBe(200)
        }
      }
      expect(await permissionsOf(pull)).toEqual(needed.pull)
      // What a pull does to name the tags that there are, where its own is not.
      const search = async (address: string) => {
        await call(`http://${address}/v2/app/manifests/v2`)
        await call(`http://${address}/v2/app/tags/list`)
      }
      expect(await permissionsOf(search)).toEqual(needed.search)
      for (const name of [...needed.move, ...needed.search]) expect(README).toContain(name)
    })
  })
}

/** An object's name in an upload's query, or a path. */
function nameOf(path: string): string {
  return new URL(path, "http://localhost").searchParams.get("name") ?? path.replace(/\?.*$/, "")
}
