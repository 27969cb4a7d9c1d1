/**
 * What a client is told that is to read a blob from the store itself.
 */
import { beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { blobData } from "../../src/registry/layout.ts"
import { type Call, expectAnswer } from "../support/calls.ts"
import {
  createTestRegistry,
  imageManifest,
  pushBlob,
  putManifest,
  type TestRegistry,
} from "../support/registry.ts"

const LARGE = 100
const layer = Buffer.alloc(LARGE, "large")
const small = Buffer.from("small")
const manifest = imageManifest(small, [layer])
const absent = digestOf(Buffer.from("nobody has pushed this"))
const layerDigest = digestOf(layer)
const sha512 = digestOf(layer, "sha512")

const path = (bytes: Buffer, name = "team/app"): string => `/v2/${name}/blobs/${digestOf(bytes)}`
const location = `https://images.example.com/${blobData(layerDigest)}?signature=secret`
const redirected = {
  status: 307,
  answers: "",
  headers: { location, "docker-content-digest": layerDigest, "cache-control": "no-store" },
}

const CALLS: readonly Call[] = [
  { does: "sends GET of a blob to the store", path: path(layer), ...redirected },
  {
    does: "sends GET of a range there, where the client asks for it again",
    path: path(layer),
    send: { range: "bytes=2-5" },
    ...redirected,
  },
  {
    does: "answers HEAD itself",
    method: "HEAD",
    path: path(layer),
    status: 200,
    headers: { location: null, "content-length": String(LARGE), "docker-content-digest": layerDigest },
  },
  {
    does: "gives what is not worth it itself",
    path: path(small),
    status: 200,
    answers: small,
    headers: { location: null },
  },
  {
    does: "gives a range of that itself",
    path: path(small),
    send: { range: "bytes=1-2" },
    status: 206,
    answers: "ma",
    headers: { location: null, "content-range": "bytes 1-2/5" },
  },
  {
    does: "refuses a range that there is not",
    path: path(layer),
    send: { range: `bytes=${LARGE}-` },
    status: 416,
    headers: { location: null, "content-range": `bytes */${LARGE}` },
  },
  {
    does: "does not know an absent blob",
    path: `/v2/team/app/blobs/${absent}`,
    status: 404,
    code: "BLOB_UNKNOWN",
  },
  {
    does: "does not know what only another repository has",
    path: path(layer, "other/app"),
    status: 404,
    code: "BLOB_UNKNOWN",
    headers: { location: null },
  },
  { does: "gives manifests itself", path: "/v2/team/app/manifests/v1", status: 200, answers: manifest },
  {
    does: "names the digest that was asked for, not that under which the bytes lie",
    path: `/v2/stock/app/blobs/${sha512}`,
    ...redirected,
    headers: { location, "docker-content-digest": sha512 },
  },
]

describe("with redirects", () => {
  let test: TestRegistry

  beforeAll(async () => {
    const urlOf = async (key: string, size: number): Promise<URL | undefined> =>
      size < LARGE ? undefined : new URL(`https://images.example.com/${key}?signature=secret`)
    test = createTestRegistry({ scope: "repository", redirect: urlOf })
    await pushBlob(test, "team/app", small)
    await pushBlob(test, "team/app", layer)
    await putManifest(test, "team/app", "v1", manifest)
    // As a stock registry links what is pushed by sha512.
    const link = `docker/registry/v2/repositories/stock/app/_layers/${sha512.replace(":", "/")}/link`
    await test.driver.write(link, Buffer.from(layerDigest))
  })

  it.each(CALLS)("$does", (call) => expectAnswer(test, call))

  it("a store that cannot sign just now is an error, and not a detour", async () => {
    const redirect = () => Promise.reject(new Error("no token"))
    const broken = createTestRegistry({ scope: "repository", redirect }, test.driver)
    expect((await broken.app.request(path(layer))).status).toBe(500)
  })
})
