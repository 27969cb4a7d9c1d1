import { describe, expect, it } from "vitest"
import { parseReference } from "../../../src/cli/reference.ts"
import { UsageError } from "../../../src/cli/usage-error.ts"

const s3 = { name: "s3", schemes: ["s3"], container: "bucket" }
const azure = { name: "azure", schemes: ["azblob", "azure"], container: "container" }
const file = { name: "file", schemes: ["file"], container: "folder" }
const backends = [s3, azure, file]
const HEX = "0123456789abcdef".repeat(4)
const DIGEST = `sha256:${HEX}`

type Backend = (typeof backends)[number]

function parse(text: string, { backend, dir }: { backend?: Backend; dir?: string } = {}) {
  const { backend: found, ...reference } = parseReference(text, { backends, backend, fallback: s3, dir })
  return { backend: found.name, ...reference }
}

function refusal(text: string, options?: { backend?: Backend; dir?: string }): string {
  try {
    parse(text, options)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error(`'${text}' was taken`)
}

describe("without a backend", () => {
  it.each([
    ["my-bucket/myapp:v1.0", { backend: "s3", location: "my-bucket", name: "myapp", tag: "v1.0" }],
    ["my-bucket/myapp", { backend: "s3", location: "my-bucket", name: "myapp", tag: "latest" }],
    ["my.bucket/a/b/c:V_1", { backend: "s3", location: "my.bucket", name: "a/b/c", tag: "V_1" }],
    ["s3://my-bucket/a/b", { backend: "s3", location: "my-bucket", name: "a/b", tag: "latest" }],
    ["S3://my-bucket/app:1", { backend: "s3", location: "my-bucket", name: "app", tag: "1" }],
    ["azure://my-container/app:1", { backend: "azure", location: "my-container", name: "app", tag: "1" }],
    ["file:///srv/images/app:1", { backend: "file", location: "/srv/images", name: "app", tag: "1" }],
    ["file:///srv//team/app:1", { backend: "file", location: "/srv", name: "team/app", tag: "1" }],
    ["file:///my%20images/app:1", { backend: "file", location: "/my images", name: "app", tag: "1" }],
    [`b/app@${DIGEST}`, { backend: "s3", location: "b", name: "app", digest: DIGEST }],
    [`b/app:1@${DIGEST}`, { backend: "s3", location: "b", name: "app", tag: "1", digest: DIGEST }],
    [`file:///srv//a/b@${DIGEST}`, { backend: "file", location: "/srv", name: "a/b", digest: DIGEST }],
  ])("reads %s", (text, reference) => {
    expect(parse(text)).toEqual(reference)
  })
})

describe("of a folder", () => {
  it.each([
    ["./images/app:1", "./images", "app", "1"],
    ["images/app", "images", "app", "latest"],
    ["../images/app:1", "../images", "app", "1"],
    ["/srv/images/app:1", "/srv/images", "app", "1"],
    ["/app:1", "/", "app", "1"],
    ["./app:1", ".", "app", "1"],
    ["a/b/c:1", "a/b", "c", "1"],
    ["./images//team/app:1", "./images", "team/app", "1"],
    ["./with:colon/app:1", "./with:colon", "app", "1"],
    ["./My Images/app:1", "./My Images", "app", "1"],
    ["C:/images/app:1", "C:/images", "app", "1"],
    ["file:///srv/app:1", "/srv", "app", "1"],
  ])("reads %s", (text, location, name, tag) => {
    expect(parse(text, { backend: file })).toEqual({ backend: "file", location, name, tag })
  })

  it("leaves the whole reference to the image where the folder is given apart", () => {
    expect(parse("team/app:1", { backend: file, dir: "../x" })).toEqual({
      backend: "file",
      location: "../x",
      name: "team/app",
      tag: "1",
    })
  })
})

it.each([
  ["", /it is empty/],
  ["my-bucket", /names only a bucket/],
  ["my-bucket:v1", /names only a bucket/],
  ["my-bucket/", /names only a bucket/],
  ["my-bucket/:v1", /names only a bucket/],
  ["b/app:", /tag after ':' is empty/],
  ["b/app:a b", /'a b' is no tag/],
  ["b/app:.x", /'\.x' is no tag/],
  [`b/app:${"x".repeat(129)}`, /is no tag/],
  ["b/app:1:2", /'1:2' is no tag/],
  ["b/MyApp:1", /lower case: 'myapp'/],
  ["b/a//b:1", /empty part/],
  ["b//app:1", /starts with '\/'/],
  ["b/app/", /ends with '\/'/],
  ["b/../app:1", /part '\.' or '\.\.'/],
  ["b/a:1/b:2", /':' before the last '\/'/],
  ["b/app_-x:1", /is no image name/],
  ["b/äpp:1", /is no image name/],
  [`b/${"a".repeat(256)}:1`, /256 characters, 255 are allowed/],
  ["/srv/images/app:1", /path of a folder.*'file'/],
  ["./images/app:1", /path of a folder/],
  ["../images/app:1", /path of a folder/],
  ["~/images/app:1", /path of a folder/],
  ["C:/images/app:1", /path of a folder/],
  ["C:\\images\\app:1", /backslashes/],
  ["localhost:5000/app:1", /registry's address/],
  ["my bucket/app:1", /no bucket name/],
  ["-bucket/app:1", /no bucket name/],
  ["my_b%cket/app:1", /no bucket name/],
  ["s3://", /names no bucket/],
  ["s3:/b/app:1", /starts with 's3:\/\/'/],
  ["s3:b/app:1", /starts with 's3:\/\/'/],
  ["file:/srv/app:1", /starts with 'file:\/\/'/],
  ["https://b/app:1", /no backend for https:\/\/\. Known: s3:\/\/, azblob:\/\/, file:\/\//],
  ["b/app@sha256:12", /'sha256:12' is not/],
  ["b/app@1@2", /more than one '@'/],
  [`b/app:@${DIGEST}`, /tag after ':' is empty/],
  ["b/app:1\r", /control characters/],
  ["file://srv/images/app:1", /is absolute/],
  ["file:///srv/50%/app:1", /percent-encoding/],
  ["file:///a#b/app:1", /%23/],
  ["file:///srv/images/", /names only a folder/],
])("refuses %j", (text, reason) => {
  expect(refusal(text)).toMatch(reason)
})

it.each([
  ["app:1", /names no folder; in this folder it is '\.\/app:1'/],
  ["./images/", /names only a folder/],
  ["./images//", /names only a folder/],
  ["//team/app:1", /no folder before/],
  ["a//b//c:1", /empty part/],
  ["./images/..", /part '\.' or '\.\.'/],
  [".\\images\\app:1", /backslashes/],
  ["s3://b/app:1", /belongs to the backend 's3'/],
])("refuses %j of a folder", (text, reason) => {
  expect(refusal(text, { backend: file })).toMatch(reason)
})

it("shows the right form of the backend, and of --dir", () => {
  expect(refusal("x")).toContain("Expected: bucket/path:tag, for example my-bucket/myapp:v1.0")
  expect(refusal("x", { backend: azure })).toContain("Expected: container/path:tag")
  expect(refusal("x", { backend: file })).toContain("Expected: folder/name:tag")
  expect(refusal("A", { backend: file, dir: "d" })).toContain("Expected: path:tag")
  expect(refusal("file:///d/a", { backend: file, dir: "d" })).toContain("with --dir")
})
