import { beforeAll, describe, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { MANIFEST_LIMIT } from "../../src/oci/manifest.ts"
import { OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST } from "../../src/oci/media-types.ts"
import { type Call, expectAnswer } from "../support/calls.ts"
import {
  createTestRegistry,
  imageIndex,
  imageManifest,
  pushBlob,
  putManifest,
  type TestRegistry,
} from "../support/registry.ts"

const config = Buffer.from("{}")
const layer = Buffer.from("0123456789")
const manifest = imageManifest(config, [layer])
const manifestDigest = digestOf(manifest)
const layerDigest = digestOf(layer)
const absent = digestOf(Buffer.from("nobody has pushed this"))
const sha512 = digestOf(layer, "sha512")

const blob = (digest: string): string => `/v2/team/app/blobs/${digest}`
const image = (reference: string): string => `/v2/team/app/manifests/${reference}`

const CALLS: readonly Call[] = [
  { does: "says that this is a registry", path: "/v2/", status: 200, answers: "{}" },
  {
    does: "knows the version of its API",
    path: "/v2/",
    status: 200,
    headers: { "docker-distribution-api-version": "registry/2.0" },
  },
  { does: "has no other endpoints", path: "/v1/search", status: 404, code: "UNSUPPORTED" },

  {
    does: "reads a blob",
    path: blob(layerDigest),
    status: 200,
    answers: layer,
    headers: { "content-length": "10", "docker-content-digest": layerDigest },
  },
  {
    does: "answers HEAD of a blob with its length and no body",
    method: "HEAD",
    path: blob(layerDigest),
    status: 200,
    answers: "",
    headers: { "content-length": "10", "docker-content-digest": layerDigest },
  },
  { does: "does not know a blob", path: blob(absent), status: 404, code: "BLOB_UNKNOWN" },
  { does: "does not know a blob on HEAD", method: "HEAD", path: blob(absent), status: 404, answers: "" },
  {
    does: "refuses a digest that is none",
    path: blob("sha256:nonsense"),
    status: 400,
    code: "DIGEST_INVALID",
  },
  {
    does: "refuses an upper-case name",
    path: `/v2/Team/app/blobs/${layerDigest}`,
    status: 400,
    code: "NAME_INVALID",
  },
  {
    does: "refuses a name of 256 characters",
    path: `/v2/${"a".repeat(256)}/blobs/${layerDigest}`,
    status: 400,
    code: "NAME_INVALID",
  },
  ...[
    { range: "bytes=2-5", answers: "2345", at: "bytes 2-5/10" },
    { range: "bytes=7-", answers: "789", at: "bytes 7-9/10" },
    { range: "bytes=-3", answers: "789", at: "bytes 7-9/10" },
    { range: "bytes=8-99", answers: "89", at: "bytes 8-9/10" },
    { range: "bytes=-99", answers: "0123456789", at: "bytes 0-9/10" },
  ].map(({ range, answers, at }) => ({
    does: `reads ${range}`,
    path: blob(layerDigest),
    send: { range },
    status: 206,
    answers,
    headers: { "content-range": at, "content-length": String(answers.length) },
  })),
  ...["bytes=5-2", "bytes=10-12", "bytes=-0"].map((range) => ({
    does: `refuses ${range}`,
    path: blob(layerDigest),
    send: { range },
    status: 416,
    headers: { "content-range": "bytes */10" },
  })),
  ...["bytes=1-2,4-5", "lines=1-2", "bytes=-"].map((range) => ({
    does: `ignores '${range}'`,
    path: blob(layerDigest),
    send: { range },
    status: 200,
    answers: layer,
  })),

  ...["v1", manifestDigest].flatMap((reference) =>
    ["GET", "HEAD"].map((method) => ({
      does: `answers ${method} of the manifest ${reference.slice(0, 10)}`,
      method,
      path: image(reference),
      status: 200,
      answers: method === "GET" ? manifest : "",
      headers: {
        "content-type": OCI_IMAGE_MANIFEST,
        "content-length": String(manifest.length),
        "docker-content-digest": manifestDigest,
      },
    })),
  ),
  { does: "does not know a tag", path: image("v2"), status: 404, code: "MANIFEST_UNKNOWN" },
  { does: "does not know a manifest", path: image(absent), status: 404, code: "MANIFEST_UNKNOWN" },
  {
    does: "does not know the repository's manifest elsewhere, on HEAD",
    method: "HEAD",
    path: `/v2/other/manifests/${manifestDigest}`,
    status: 404,
    answers: "",
  },
  { does: "does not know what can be no tag", path: image("-v1"), status: 404, code: "MANIFEST_UNKNOWN" },
  {
    does: "refuses to put what can be no tag",
    method: "PUT",
    path: image("-v1"),
    body: manifest,
    status: 400,
    code: "MANIFEST_INVALID",
  },
  {
    does: "refuses a manifest with a missing layer",
    method: "PUT",
    path: image("v2"),
    send: { "content-type": OCI_IMAGE_MANIFEST },
    body: imageManifest(config, [Buffer.from("never pushed")]),
    status: 404,
    code: "MANIFEST_BLOB_UNKNOWN",
  },
  {
    does: "refuses an index with a missing child",
    method: "PUT",
    path: image("v2"),
    send: { "content-type": OCI_IMAGE_INDEX },
    body: imageIndex([imageManifest(config, [])]),
    status: 404,
    code: "MANIFEST_BLOB_UNKNOWN",
  },
  {
    does: "refuses a manifest under another digest",
    method: "PUT",
    path: image(absent),
    send: { "content-type": OCI_IMAGE_MANIFEST },
    body: manifest,
    status: 400,
    code: "DIGEST_INVALID",
  },
  {
    does: "refuses a manifest sent as something else",
    method: "PUT",
    path: image("v2"),
    send: { "content-type": OCI_IMAGE_INDEX },
    body: manifest,
    status: 400,
    code: "MANIFEST_INVALID",
  },
  ...[
    { what: "text", body: "hello" },
    { what: "a list", body: "[]" },
    { what: "schema 1", body: JSON.stringify({ schemaVersion: 1 }) },
    {
      what: "an image with manifests",
      body: JSON.stringify({ schemaVersion: 2, config: {}, manifests: [] }),
    },
    { what: "an image without config", body: JSON.stringify({ schemaVersion: 2, layers: [] }) },
  ].map(({ what, body }) => ({
    does: `refuses ${what} as a manifest`,
    method: "PUT",
    path: image("v2"),
    send: { "content-type": OCI_IMAGE_MANIFEST },
    body: Buffer.from(body),
    status: 400,
    code: "MANIFEST_INVALID",
  })),
  {
    does: "refuses a manifest of more than 4 MiB",
    method: "PUT",
    path: image("v2"),
    send: { "content-type": OCI_IMAGE_MANIFEST },
    body: Buffer.alloc(MANIFEST_LIMIT + 1, " "),
    status: 413,
    code: "MANIFEST_INVALID",
  },
  {
    does: "ignores parameters of a manifest's type",
    method: "PUT",
    path: image("v1"),
    send: { "content-type": `${OCI_IMAGE_MANIFEST}; charset=utf-8` },
    body: manifest,
    status: 201,
    headers: { location: image(manifestDigest), "docker-content-digest": manifestDigest },
  },

  {
    does: "lists tags",
    path: "/v2/team/app/tags/list",
    status: 200,
    answers: '{"name":"team/app","tags":["v1"]}',
  },
  { does: "does not list tags of nothing", path: "/v2/nobody/tags/list", status: 404, code: "NAME_UNKNOWN" },

  {
    does: "does not know an upload",
    path: "/v2/team/app/blobs/uploads/x",
    status: 404,
    code: "BLOB_UPLOAD_UNKNOWN",
  },
  {
    does: "refuses a single POST with wrong bytes",
    method: "POST",
    path: `/v2/team/app/blobs/uploads/?digest=${absent}`,
    body: layer,
    status: 400,
    code: "DIGEST_INVALID",
  },
  {
    does: "takes a blob by sha512",
    method: "POST",
    path: `/v2/team/app/blobs/uploads/?digest=${sha512}`,
    body: layer,
    status: 201,
    headers: { "docker-content-digest": sha512, location: blob(sha512) },
  },
  { does: "reads a blob by sha512", path: blob(sha512), status: 200, answers: layer },
  {
    does: "mounts what the store has",
    method: "POST",
    path: `/v2/other/blobs/uploads/?mount=${layerDigest}&from=team/app`,
    status: 201,
    headers: { location: `/v2/other/blobs/${layerDigest}` },
  },
  {
    does: "mounts without a source",
    method: "POST",
    path: `/v2/third/blobs/uploads/?mount=${layerDigest}`,
    status: 201,
  },
  {
    does: "starts an upload where there is nothing to mount",
    method: "POST",
    path: `/v2/other/blobs/uploads/?mount=${absent}&from=team/app`,
    status: 202,
    headers: { range: "0-0" },
  },
]

describe("calls", () => {
  let test: TestRegistry

  beforeAll(async () => {
    test = createTestRegistry()
    await pushBlob(test, "team/app", config)
    await pushBlob(test, "team/app", layer)
    await putManifest(test, "team/app", "v1", manifest)
  })

  it.each(CALLS)("$does", (call) => expectAnswer(test, call))
})
