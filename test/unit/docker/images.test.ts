import { expect, test } from "vitest"
import { DockerError } from "../../../src/docker/errors.ts"
import { inspectImage, pathOf, tagImage, untagImage } from "../../../src/docker/images.ts"
import { CLASSIC, CONTAINERD, fakeConnection, PODMAN } from "./fake-connection.ts"

const ABSENT = new DockerError("IMAGE_NOT_FOUND", "No such image")
const DIGESTS = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}`)
const LINUX_ARM64 = { os: "linux", architecture: "arm64" }

const IMAGE = {
  Id: DIGESTS[0],
  RepoTags: ["app:v1", "app:v2"],
  RepoDigests: [`app@${DIGESTS[0]}`],
  Size: 5_000_010,
  RootFS: { Type: "layers", Layers: ["sha256:one", "sha256:two"] },
  Os: "linux",
  Architecture: "arm",
  Variant: "v7",
}

const manifest = (digest: string | undefined, Kind: string, Available: boolean, more: object = {}) => ({
  ID: digest,
  Descriptor: { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 401 },
  Kind,
  Available,
  ...more,
})

test("an image of the classic store", async () => {
  const connection = fakeConnection(IMAGE)
  expect(await inspectImage(connection, CLASSIC, "app:v1")).toEqual({
    id: DIGESTS[0],
    repoTags: ["app:v1", "app:v2"],
    repoDigests: [`app@${DIGESTS[0]}`],
    size: 5_000_010,
    layers: ["sha256:one", "sha256:two"],
    platform: { os: "linux", architecture: "arm", variant: "v7" },
  })
  expect(connection.requests).toMatchObject([{ method: "GET", path: "/images/app:v1/json", query: {} }])
})

test("an index of which the engine's own platform is not there", async () => {
  const connection = fakeConnection({
    Id: DIGESTS[0],
    RepoTags: ["app:v1"],
    RepoDigests: [],
    Size: 0,
    Os: "",
    Architecture: "",
    Manifests: [
      manifest(DIGESTS[0], "image", true, { ImageData: { Platform: LINUX_ARM64 } }),
      manifest(DIGESTS[1], "image", false, {
        ImageData: { Platform: { os: "linux", architecture: "amd64" } },
      }),
      manifest(DIGESTS[2], "attestation", false, { AttestationData: { For: DIGESTS[0] } }),
    ],
  })
  const image = await inspectImage(connection, CONTAINERD, "app:v1")
  expect(connection.requests).toMatchObject([{ query: { manifests: "1" } }])
  expect(image).toEqual({
    id: DIGESTS[0],
    repoTags: ["app:v1"],
    repoDigests: [],
    size: 0,
    layers: [],
    manifests: [
      { digest: DIGESTS[0], kind: "image", available: true, platform: LINUX_ARM64 },
      {
        digest: DIGESTS[1],
        kind: "image",
        available: false,
        platform: { os: "linux", architecture: "amd64" },
      },
      { digest: DIGESTS[2], kind: "attestation", available: false },
    ],
  })
})

test("manifests are not asked of an engine that does not know them", async () => {
  const connection = fakeConnection(IMAGE)
  await inspectImage(connection, { ...CONTAINERD, apiVersion: "1.47" }, "app:v1")
  expect(connection.requests).toMatchObject([{ query: {} }])
})

test("an image that is not there is no error, anything else is", async () => {
  expect(await inspectImage(fakeConnection(ABSENT), CLASSIC, "app")).toBeUndefined()
  const failed = new DockerError("FAILED", "no")
  await expect(inspectImage(fakeConnection(failed), CLASSIC, "app")).rejects.toBe(failed)
})

test.each(["", "/app:v1", "../app:v1", "a//b", "a/./b", "app/"])(
  "no image is called '%s', and nobody is asked",
  async (name) => {
    const connection = fakeConnection()
    expect(await inspectImage(connection, CLASSIC, name)).toBeUndefined()
    expect(connection.requests).toEqual([])
  },
)

test("tag", async () => {
  const connection = fakeConnection(undefined)
  await tagImage(connection, CLASSIC, "app:v1", "127.0.0.1:5000/team/app", "v1")
  expect(connection.requests).toMatchObject([
    { method: "POST", path: "/images/app:v1/tag", query: { repo: "127.0.0.1:5000/team/app", tag: "v1" } },
  ])
})

test.each([
  ["app", "localhost/app"],
  ["team/app", "localhost/team/app"],
  ["localhost/app", "localhost/app"],
  ["docker.io/team/app", "docker.io/team/app"],
  ["127.0.0.1:5000/team/app", "127.0.0.1:5000/team/app"],
])("tag on Podman: %s is %s", async (wanted, repo) => {
  const connection = fakeConnection(undefined)
  await tagImage(connection, PODMAN, "app:v1", wanted, "v1")
  expect(connection.requests).toMatchObject([{ query: { repo, tag: "v1" } }])
})

test("untag removes one name of several and prunes nothing", async () => {
  const connection = fakeConnection(IMAGE, [{ Untagged: "app:v2" }])
  expect(await untagImage(connection, "app:v2")).toBe(true)
  expect(connection.requests).toMatchObject([
    { method: "GET" },
    { method: "DELETE", path: "/images/app:v2", query: { noprune: "1" } },
  ])
})

test("untag keeps the last name, since the image would go with it, unless told otherwise", async () => {
  const connection = fakeConnection({ ...IMAGE, RepoTags: ["app:v1"] })
  expect(await untagImage(connection, "app:v1")).toBe(false)
  expect(connection.requests).toHaveLength(1)

  const other = fakeConnection([{ Untagged: "app:v1" }, { Deleted: DIGESTS[0] }])
  expect(await untagImage(other, "app:v1", { last: "remove" })).toBe(true)
  expect(other.requests).toMatchObject([{ method: "DELETE" }])
})

test("untag of a name that is not there", async () => {
  expect(await untagImage(fakeConnection(ABSENT), "app:v1")).toBe(true)
  expect(await untagImage(fakeConnection(ABSENT), "app:v1", { last: "remove" })).toBe(true)
})

test("names are escaped, but for what belongs to names", () => {
  expect(pathOf("127.0.0.1:5000/team/app_1-x:v1.0")).toBe("/images/127.0.0.1:5000/team/app_1-x:v1.0")
  expect(pathOf(`app@${DIGESTS[0]}`)).toBe(`/images/app@${DIGESTS[0]}`)
  expect(pathOf("a b?c#d%🐳")).toBe("/images/a%20b%3Fc%23d%25%F0%9F%90%B3")
})
