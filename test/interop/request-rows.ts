/**
 * What an operation may cost in requests to a store. A stock registry needs up to 41 for the same.
 * @module
 */
import { digestOf } from "../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { MiB, patternedBytes } from "../support/bytes.ts"
import type { Cloud } from "../support/clouds/cloud.ts"
import { image, layerOf } from "../support/oci-content.ts"
import {
  call,
  deleteManifest,
  expectStatus,
  listTags,
  pushContent,
  putManifest,
  streamBlob,
  uploadBlob,
} from "../support/registry-client.ts"
import type { ServedRegistry } from "../support/served-registry.ts"

export interface Row {
  readonly operation: string
  /** Requests at most. */
  readonly requests: number
  /** The same where a store needs more. */
  readonly except?: Readonly<Partial<Record<Cloud["name"], number>>>
  /** Waits at most, for requests that are in flight together. */
  readonly roundTrips?: number
  /** What another registry has done before. */
  readonly before?: Step
  /** What the same registry has done before. */
  readonly warm?: Step
  /** What is counted. */
  readonly run: Step
}

type Step = (registry: ServedRegistry) => Promise<unknown>

const name = "team/app" as RepositoryName
const source = "team/base" as RepositoryName
const tag = "v1" as Tag

const config = Buffer.alloc(2004, "a configuration ")
const layer = patternedBytes(100 * MiB)
const [configDigest, layerDigest] = [digestOf(config), digestOf(layer)]
const content = image([layerOf("an app")])
const { digest } = content.root

async function* inPieces(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const askForConfig =
  (method: "GET" | "HEAD", status: number): Step =>
  ({ address }) =>
    expectStatus(status, call(`http://${address}/v2/${name}/blobs/${configDigest}`, { method }))
const headConfig = askForConfig("HEAD", 200)
const streamConfig: Step = ({ address }) => streamBlob(address, name, configDigest, inPieces(config))
const sendConfig: Step = ({ address }) => uploadBlob(address, name, configDigest, config)
const streamLayer: Step = ({ address }) => streamBlob(address, name, layerDigest, inPieces(layer))
const sendLayer: Step = ({ address }) => uploadBlob(address, name, layerDigest, layer)

const pushImage: Step = async ({ address, registry }) => {
  await pushContent(address, name, tag, content)
  await registry.tags.publish(name, tag, digest)
}
const sendBlobs: Step = async ({ address, registry }) => {
  await registry.tags.resolve(name, tag)
  for (const [digest, bytes] of content.blobs) await uploadBlob(address, name, digest, bytes)
}
const readManifest =
  (method: "GET" | "HEAD", reference: string): Step =>
  ({ address }) =>
    expectStatus(200, call(`http://${address}/v2/${name}/manifests/${reference}`, { method }))

/** Where batches of deletes keep no order, and the tag has to go before what it names, each object is a request. */
const onlyOneByOne = (requests: number): NonNullable<Row["except"]> => ({ gcs: requests, azure: requests })

export const ROWS: readonly Row[] = [
  { operation: "HEAD blob, missing", requests: 1, run: askForConfig("HEAD", 404) },
  { operation: "HEAD blob, present, cold", before: sendConfig, requests: 1, run: headConfig },
  {
    operation: "HEAD blob, present, warm",
    before: sendConfig,
    warm: headConfig,
    requests: 0,
    run: headConfig,
  },
  { operation: "config: POST, PATCH, PUT", requests: 2, roundTrips: 1, run: streamConfig },
  {
    operation: "config: POST, PATCH, PUT, already stored",
    before: sendConfig,
    requests: 2,
    run: streamConfig,
  },
  { operation: "config: POST, PUT", requests: 2, roundTrips: 1, run: sendConfig },
  { operation: "config: POST, PUT, already stored", before: sendConfig, requests: 2, run: sendConfig },
  { operation: "100 MiB: POST, PATCH, PUT", requests: 10, run: streamLayer },
  {
    operation: "100 MiB: POST, PATCH, PUT, already stored",
    before: sendLayer,
    requests: 2,
    run: streamLayer,
  },
  { operation: "100 MiB: POST, PUT", requests: 10, run: sendLayer },
  {
    operation: "100 MiB: POST, PUT, after HEAD",
    warm: ({ address }) =>
      expectStatus(404, call(`http://${address}/v2/${name}/blobs/${layerDigest}`, { method: "HEAD" })),
    requests: 9,
    run: sendLayer,
  },
  {
    operation: "mount from another repository, cold",
    before: ({ address }) => uploadBlob(address, source, configDigest, config),
    requests: 2,
    run: ({ address }) =>
      expectStatus(
        201,
        call(`http://${address}/v2/${name}/blobs/uploads/?mount=${configDigest}&from=${source}`, {
          method: "POST",
        }),
      ),
  },
  {
    operation: "PUT manifest by tag, and its publication",
    warm: sendBlobs,
    requests: 4,
    roundTrips: 2,
    async run({ address, registry }) {
      await putManifest(address, name, tag, content.root)
      await registry.tags.publish(name, tag, digest)
    },
  },
  {
    operation: "PUT manifest by tag, the same again",
    before: pushImage,
    requests: 1,
    async run({ address, registry }) {
      await registry.tags.resolve(name, tag)
      await putManifest(address, name, tag, content.root)
    },
  },
  { operation: "GET manifest by tag, cold", before: pushImage, requests: 2, run: readManifest("GET", tag) },
  { operation: "HEAD manifest by tag, cold", before: pushImage, requests: 2, run: readManifest("HEAD", tag) },
  {
    operation: "HEAD manifest by tag, after GET",
    before: pushImage,
    warm: readManifest("GET", tag),
    requests: 1,
    run: readManifest("HEAD", tag),
  },
  {
    operation: "GET manifest by digest, cold",
    before: pushImage,
    requests: 1,
    run: readManifest("GET", digest),
  },
  {
    operation: "GET blob, cold",
    before: sendConfig,
    requests: 1,
    run: askForConfig("GET", 200),
  },
  {
    operation: "tags/list, a thousand tags",
    before: ({ registry }) => {
      const tags = Array.from({ length: 1000 }, (_, number) => `v${number}` as Tag)
      return Promise.all(tags.map((tag) => registry.tags.publish(name, tag, digest)))
    },
    requests: 1,
    run: ({ address }) => listTags(address, name),
  },
  {
    operation: "DELETE tag",
    before: pushImage,
    requests: 2,
    except: onlyOneByOne(3),
    run: ({ address }) => deleteManifest(address, name, tag),
  },
  {
    operation: "DELETE manifest with a tag",
    before: pushImage,
    requests: 4,
    except: onlyOneByOne(6),
    run: ({ address }) => deleteManifest(address, name, digest),
  },
]
