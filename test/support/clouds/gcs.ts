/**
 * Google Cloud Storage, as fake-gcs-server serves it.
 *
 * A stock registry reads and deletes there, but uploads blobs to Google's own host, whatever it is told.
 * @see https://github.com/distribution/distribution/blob/v3.1.2/registry/storage/driver/gcs/gcs.go
 * @module
 */
import { createGcsDriver } from "../../../src/storage/gcs/driver.ts"
import { objectName } from "../../../src/storage/gcs/options.ts"
import { findFakeGcs, startFakeGcs } from "../fake-gcs.ts"
import { pathOf } from "../programs.ts"
import { type Cloud, type CloudServer, type RawObjects, resources } from "./cloud.ts"

export const gcs: Cloud = {
  name: "gcs",
  async missing() {
    const found = await findFakeGcs()
    return "missing" in found ? found.missing : undefined
  },
  start,
}

async function start(): Promise<CloudServer> {
  const server = await startFakeGcs(await pathOf("fake-gcs-server"))
  const { endpoint } = server
  return {
    endpoint,
    async createBucket(bucket) {
      await server.createBucket(bucket)
      return objectsOf(endpoint, bucket)
    },
    openDriver: async (place, at = endpoint) => createGcsDriver({ ...place, endpoint: at }, resources()),
    storageOf: ({ bucket, rootDir = "" }, at = endpoint) => ({
      driver: { gcs: { bucket, rootdirectory: rootDir } },
      // Without credentials it does not start, though it needs none; where it would get them, nobody has any.
      environment: { STORAGE_EMULATOR_HOST: new URL(at).host, GCE_METADATA_HOST: new URL(at).host },
    }),
    nameStart: (rootDir) => objectName(rootDir, ""),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function objectsOf(endpoint: string, bucket: string): RawObjects {
  const objects = `${endpoint}/storage/v1/b/${bucket}/o`
  const uploads = `${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=media`
  const locate = (name: string): string => `${objects}/${encodeURIComponent(name)}`
  return {
    async names() {
      const names: string[] = []
      for (let pageToken = "", more = true; more; more = pageToken !== "") {
        const page = await answer(fetch(`${objects}?pageToken=${encodeURIComponent(pageToken)}`))
        const { items = [], nextPageToken = "" } = (await page.json()) as Page
        names.push(...items.map(({ name }) => name))
        pageToken = nextPageToken
      }
      return names
    },
    async read(name) {
      return Buffer.from(await (await answer(fetch(`${locate(name)}?alt=media`))).arrayBuffer())
    },
    async write(name, bytes) {
      const body = new Uint8Array(bytes)
      await answer(fetch(`${uploads}&name=${encodeURIComponent(name)}`, { method: "POST", body }))
    },
    async delete(name) {
      await answer(fetch(locate(name), { method: "DELETE" }))
    },
    unfinishedUploads: async () => [], // sessions cannot be listed
  }
}

interface Page {
  readonly items?: readonly { readonly name: string }[]
  readonly nextPageToken?: string
}

async function answer(asked: Promise<Response>): Promise<Response> {
  const response = await asked
  if (response.ok) return response
  throw new Error(`${response.url}: ${response.status} ${await response.text()}`)
}
