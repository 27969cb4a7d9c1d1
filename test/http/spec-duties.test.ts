/**
 * What the specification demands of a registry and its conformance suites do not look at.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
import { beforeAll, describe, expect, it } from "vitest"
import { digestOf, hexOf } from "../../src/oci/digest.ts"
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
const digest = digestOf(manifest)
const layerDigest = digestOf(layer)
const absent = digestOf(Buffer.from("nobody has pushed this"))
const sha512 = digestOf(manifest, "sha512")

/** Spaces and an unknown field: nothing that a parser and a printer would leave as it is. */
const odd = Buffer.from(JSON.stringify({ ...JSON.parse(manifest.toString()), "x-unknown": 1 }, null, 3))
const large = imageManifest(config, [], { annotations: { fill: "" } })
const limit = Buffer.concat([large, Buffer.alloc(MANIFEST_LIMIT - large.length, " ")])

/** In the order of the specification, which is not that in which stores list their directories. */
const TAGS = ["V1", "_x", "v", "v-1", "v.1", "v1", "v1-rc", "v1-rc.1", "v1.0", "v10", "v1_0"]
const REPOSITORIES = ["a", "a-b", "a-b/c", "a.b", "a/b", "a/b-c", "a0", "a_b", "many", "team/app"]

const image = (reference: string): string => `/v2/team/app/manifests/${reference}`
const list = (query: string): string => `/v2/many/tags/list${query}`
const tags = (...names: readonly string[]): string => JSON.stringify({ name: "many", tags: names })
const repositories = (...names: readonly string[]): string => JSON.stringify({ repositories: names })
const query = (count: number): string =>
  Array.from({ length: count }, (_, index) => `tag=t${index}`).join("&")
const put = { method: "PUT", send: { "content-type": OCI_IMAGE_MANIFEST }, body: manifest }

const NAMES: readonly Call[] = [
  ...["a", "0", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c", "a/0.1_2__3-4"].map((name) => ({
    does: `allows the name ${name}`,
    path: `/v2/${name}/manifests/none`,
    status: 404,
    code: "MANIFEST_UNKNOWN",
  })),
  ...["A", "-a", "a-", "a..b", "a___b", "a.-b", "a//b", "_catalog", "a/_b", "a%20b", "%C3%A4"].map(
    (name) => ({
      does: `refuses the name ${name}`,
      path: `/v2/${name}/manifests/none`,
      status: 400,
      code: "NAME_INVALID",
    }),
  ),
  ...["a", "_", "0", "A.b-c_d", "t".repeat(128)].map((tag) => ({
    ...put,
    does: `allows the tag ${tag.slice(0, 10)}`,
    path: image(tag),
    status: 201,
  })),
  ...["-a", ".a", "a+b", "a%20b", "t".repeat(129), "%C3%A4"].map((tag) => ({
    ...put,
    does: `refuses the tag ${tag.slice(0, 10)}`,
    path: image(tag),
    status: 400,
    code: "MANIFEST_INVALID",
  })),
]

const MANIFESTS: readonly Call[] = [
  {
    does: "keeps a manifest to the last byte",
    path: image(digestOf(odd)),
    status: 200,
    answers: odd,
    headers: { "docker-content-digest": digestOf(odd), "content-type": OCI_IMAGE_MANIFEST },
  },
  {
    does: "takes a manifest of 4 MiB",
    method: "PUT",
    path: image("large"),
    body: limit,
    status: 201,
    headers: { "docker-content-digest": digestOf(limit) },
  },
  {
    does: "refuses one byte more",
    method: "PUT",
    path: image("larger"),
    body: Buffer.concat([limit, Buffer.from(" ")]),
    status: 413,
    code: "MANIFEST_INVALID",
  },
  {
    does: "answers a PUT by sha512 by it",
    ...put,
    path: image(sha512),
    status: 201,
    headers: { "docker-content-digest": sha512, location: image(sha512) },
  },
  {
    does: "reads a manifest by sha512",
    path: image(sha512),
    status: 200,
    answers: manifest,
    headers: { "docker-content-digest": sha512 },
  },
  {
    does: "sets several tags at once, and names each",
    ...put,
    path: `${image(digest)}?tag=x&tag=y&tag=x`,
    status: 201,
    headers: { "oci-tag": "x, y", location: image(digest) },
  },
  { does: "has set the first of them", path: image("x"), status: 200, answers: manifest },
  { does: "has set the last of them", path: image("y"), status: 200, answers: manifest },
  { does: "sets 100 tags at once", ...put, path: `${image(digest)}?${query(100)}`, status: 201 },
  {
    does: "refuses more",
    ...put,
    path: `${image(digest)}?${query(101)}`,
    status: 414,
    code: "UNSUPPORTED",
  },
  {
    does: "refuses what is no tag among them",
    ...put,
    path: `${image(digest)}?tag=ok&tag=-`,
    status: 400,
    code: "MANIFEST_INVALID",
  },
  { does: "has then set none of them", path: image("ok"), status: 404 },
  {
    does: "names no tags where none were given",
    ...put,
    path: image(digest),
    status: 201,
    headers: { "oci-tag": null },
  },
  {
    does: "ignores a namespace",
    path: `${image(digest)}?ns=docker.io`,
    status: 200,
    headers: { "oci-namespace": null },
  },
  {
    does: "does not know a manifest of another repository",
    path: `/v2/many/manifests/${digestOf(odd)}`,
    status: 404,
    code: "MANIFEST_UNKNOWN",
  },
  {
    does: "refuses an index whose child another repository has",
    method: "PUT",
    path: "/v2/many/manifests/index",
    body: imageIndex([odd]),
    status: 404,
    code: "MANIFEST_BLOB_UNKNOWN",
  },
  {
    does: "deletes nothing in an unknown repository",
    method: "DELETE",
    path: `/v2/nobody/manifests/${digest}`,
    status: 404,
    code: "MANIFEST_UNKNOWN",
  },
  {
    does: "deletes no tag that is not there",
    method: "DELETE",
    path: image("never"),
    status: 404,
    code: "MANIFEST_UNKNOWN",
  },
  {
    does: "deletes no blob that is not there",
    method: "DELETE",
    path: `/v2/team/app/blobs/${absent}`,
    status: 404,
    code: "BLOB_UNKNOWN",
  },
  {
    does: "deletes no blob that only another repository has",
    method: "DELETE",
    path: `/v2/a/blobs/${layerDigest}`,
    status: 404,
    code: "BLOB_UNKNOWN",
  },
  {
    does: "sends the headers of a GET on HEAD, without warnings",
    method: "HEAD",
    path: image(digest),
    status: 200,
    answers: "",
    headers: {
      "content-length": String(manifest.length),
      "content-type": OCI_IMAGE_MANIFEST,
      "docker-content-digest": digest,
      warning: null,
    },
  },
]

const LISTS: readonly Call[] = [
  {
    does: "lists all tags in order",
    path: list(""),
    status: 200,
    answers: tags(...TAGS),
    headers: { link: null },
  },
  {
    does: "lists as many as are asked for, and where the next are",
    path: list("?n=3"),
    status: 200,
    answers: tags("V1", "_x", "v"),
    headers: { link: `<${list("?n=3&last=v")}>; rel="next"` },
  },
  {
    does: "lists none, and no next ones, of zero",
    path: list("?n=0"),
    status: 200,
    answers: tags(),
    headers: { link: null },
  },
  { does: "lists what comes after a tag", path: list("?last=v10"), status: 200, answers: tags("v1_0") },
  {
    does: "lists what comes after a tag that is not there",
    path: list("?last=v1-z"),
    status: 200,
    answers: tags("v1.0", "v10", "v1_0"),
  },
  {
    does: "lists nothing after the last",
    path: list("?n=2&last=v1_0"),
    status: 200,
    answers: tags(),
    headers: { link: null },
  },
  {
    does: "has no next page after exactly the rest",
    path: list("?n=2&last=v1.0"),
    status: 200,
    answers: tags("v10", "v1_0"),
    headers: { link: null },
  },
  { does: "refuses a number that is none", path: list("?n=-1"), status: 400, code: "UNSUPPORTED" },
  {
    does: "refuses to go on after what can be no tag",
    path: list("?last=../x"),
    status: 400,
    code: "MANIFEST_INVALID",
  },
  {
    does: "does not know tags of an unknown repository",
    path: "/v2/nobody/tags/list?n=0",
    status: 404,
    code: "NAME_UNKNOWN",
  },
  {
    does: "lists no tags where there are only digests",
    path: "/v2/a/tags/list",
    status: 200,
    answers: '{"name":"a","tags":[]}',
  },
  {
    does: "lists repositories in order",
    path: "/v2/_catalog",
    status: 200,
    answers: repositories(...REPOSITORIES),
    headers: { link: null },
  },
  {
    does: "pages repositories",
    path: "/v2/_catalog?n=2&last=a-b/c",
    status: 200,
    answers: repositories("a.b", "a/b"),
    headers: { link: '</v2/_catalog?n=2&last=a%2Fb>; rel="next"' },
  },
  {
    does: "lists no repositories of zero",
    path: "/v2/_catalog?n=0",
    status: 200,
    answers: repositories(),
    headers: { link: null },
  },
  {
    does: "goes on after a name that is none",
    path: "/v2/_catalog?last=a/",
    status: 200,
    answers: repositories(...REPOSITORIES.slice(4)),
  },
]

const UPLOADS: readonly Call[] = [
  {
    does: "takes an algorithm for what is to come",
    method: "POST",
    path: "/v2/a/blobs/uploads/?digest-algorithm=sha512",
    status: 202,
  },
  {
    does: "refuses an algorithm that it does not know",
    method: "POST",
    path: "/v2/a/blobs/uploads/?digest-algorithm=md5",
    status: 400,
    code: "DIGEST_INVALID",
  },
  {
    does: "mounts from wherever the blob is",
    method: "POST",
    path: `/v2/mounted/blobs/uploads/?mount=${layerDigest}`,
    status: 201,
    headers: { location: `/v2/mounted/blobs/${layerDigest}`, "docker-content-digest": layerDigest },
  },
  {
    does: "starts an upload for a blob that is nowhere",
    method: "POST",
    path: `/v2/mounted/blobs/uploads/?mount=${absent}`,
    status: 202,
  },
  ...["..%2F..%2Fescape", "%2e%2e", "00000000-0000-0000-0000-00000000000g", "parts"].map((id) => ({
    does: `does not know the upload ${id}`,
    method: "PATCH",
    path: `/v2/a/blobs/uploads/${id}`,
    body: layer,
    status: 404,
  })),
]

/** Referrers of what nobody refers to: their other duties need some. */
const REFERRERS: readonly Call[] = [
  {
    does: "has an empty list for what is not there",
    path: `/v2/nobody/referrers/${absent}`,
    status: 200,
    answers: JSON.stringify({ schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests: [] }),
    headers: { "content-type": OCI_IMAGE_INDEX, link: null, "oci-filters-applied": null },
  },
  {
    does: "says that it has filtered, even nothing",
    path: `/v2/nobody/referrers/${absent}?artifactType=a/b`,
    status: 200,
    headers: { "oci-filters-applied": "artifactType" },
  },
  ...["sha256:short", "md5:0123", hexOf(absent)].map((text) => ({
    does: `refuses ${text.slice(0, 12)} as a subject`,
    path: `/v2/a/referrers/${text}`,
    status: 400,
    code: "DIGEST_INVALID",
  })),
]

describe("duties of the specification", () => {
  let test: TestRegistry

  beforeAll(async () => {
    test = createTestRegistry({ scope: "repository", sessions: "stored" })
    for (const name of REPOSITORIES) await pushBlob(test, name, config)
    for (const name of ["many", "team/app"]) await pushBlob(test, name, layer)
    await putManifest(test, "a", digestOf(imageManifest(config, [])), imageManifest(config, []))
    await putManifest(test, "team/app", "odd", odd)
    for (const tag of TAGS.toReversed()) await putManifest(test, "many", tag, manifest)
  })

  // Lists first: the other calls add to them.
  it.each([...LISTS, ...REFERRERS, ...NAMES, ...MANIFESTS, ...UPLOADS])("$does", (call) =>
    expectAnswer(test, call),
  )
})

describe("in a registry that other processes write to as well", () => {
  it("a manifest that another deletes is gone at once, by tag and by digest, and so are its tags", async () => {
    const test = createTestRegistry({ scope: "repository" })
    const other = createTestRegistry({ scope: "repository" }, test.driver)
    await pushBlob(test, "a", config)
    await pushBlob(test, "a", layer)
    for (const tag of ["v1", "v2"]) await putManifest(test, "a", tag, manifest)
    const statuses = (): Promise<number[]> =>
      Promise.all(
        ["v1", "v2", digest].flatMap((reference) =>
          ["GET", "HEAD"].map(async (method) => {
            const response = await test.app.request(`/v2/a/manifests/${reference}`, { method })
            return response.status
          }),
        ),
      )
    expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200])
    expect((await other.app.request(`/v2/a/manifests/${digest}`, { method: "DELETE" })).status).toBe(202)
    expect(await statuses()).toEqual([404, 404, 404, 404, 404, 404])
    expect(await (await test.app.request("/v2/a/tags/list")).json()).toEqual({ name: "a", tags: [] })
  })
})
