import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { PullResult } from "../../../src/bridge/pull.ts"
import type { PushResult } from "../../../src/bridge/push.ts"
import { type Backend, BACKENDS } from "../../../src/cli/backends.ts"
import { type Report, reportPull, reportPush, writeReport } from "../../../src/cli/output.ts"
import { parseReference } from "../../../src/cli/reference.ts"
import { type Store, urlOf } from "../../../src/cli/store.ts"
import { digestOf } from "../../../src/oci/digest.ts"
import { parseRepositoryName, type Tag } from "../../../src/oci/reference.ts"
import { NO_BYTES } from "../../support/no-bytes.ts"

const DIGEST = digestOf(Buffer.from("manifest"))
const OLD = digestOf(Buffer.from("an older one"))

function backend(name: string): Backend {
  const found = BACKENDS.find((each) => each.name === name)
  if (!found) throw new Error(name)
  return found
}

const bucket: Store = { backend: backend("s3"), location: "my-bucket" }
const name = parseRepositoryName("team/app")
const tag = "v1" as Tag

function pushed(changes: Partial<PushResult> = {}): PushResult {
  return {
    image: "app:dev",
    published: [{ name, tag, digest: DIGEST, previous: OLD }],
    stored: { blobs: 2, bytes: 3_000_000 },
    present: { blobs: 1, bytes: 500 },
    ...changes,
  }
}

const pulled: PullResult = { digest: DIGEST, image: "team/app:v1", read: { blobs: 2, bytes: 3_000_000 } }

async function write(report: Report, form: { json?: boolean; quiet?: boolean; digestFile?: string } = {}) {
  const written = { stdout: "", stderr: "" }
  const io = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text) },
    env: {},
    cwd: "/",
    onSignal: () => () => undefined,
    onReload: () => () => undefined,
    ...NO_BYTES,
    readSecret: () => Promise.resolve(""),
  }
  const { json = false, quiet = false, digestFile } = form
  await writeReport(report, io, { json, quiet, digestFile })
  return written
}

describe("a push", () => {
  const line = `s3://my-bucket/team/app:v1@${DIGEST}\n`

  it("ends with what it published, and says before what it took", async () => {
    expect(await write(reportPush(bucket, { result: pushed(), seconds: 1.5 }))).toEqual({
      stdout: line,
      stderr: "Stored 3.0 MB in 2 blobs in 1.5 s (2.0 MB/s); 500 B in 1 blob were there already.\n",
    })
  })

  it.each([
    [
      "nothing has changed",
      { published: [{ name, tag, digest: DIGEST, previous: DIGEST }] },
      "Unchanged, in 1.5 s; 500 B in 1 blob were there already.\n",
    ],
    ["only the tag is new", {}, "Stored no blob, in 1.5 s; 500 B in 1 blob were there already.\n"],
  ])("says so when %s", async (_, changes, summary) => {
    const result = pushed({ stored: { blobs: 0, bytes: 0 }, ...changes })
    const { stderr } = await write(reportPush(bucket, { result, seconds: 1.5 }))
    expect(stderr).toBe(summary)
  })

  it("has a line for each target", async () => {
    const published = ["v1", "latest"].map((tag) => ({ name, tag: tag as Tag, digest: DIGEST }))
    const { stdout } = await write(reportPush(bucket, { result: pushed({ published }), seconds: 1 }))
    expect(stdout).toBe(`${line}${line.replace("v1", "latest")}`)
  })

  it("is one JSON document", async () => {
    const { stdout } = await write(reportPush(bucket, { result: pushed(), seconds: 1.5 }), { json: true })
    expect(JSON.parse(stdout)).toEqual({
      image: "app:dev",
      digest: DIGEST,
      published: [{ reference: line.trim(), name: "team/app", tag: "v1", digest: DIGEST, previous: OLD }],
      stored: { blobs: 2, bytes: 3_000_000 },
      present: { blobs: 1, bytes: 500 },
      seconds: 1.5,
    })
  })
})

describe("a pull", () => {
  const report = reportPull(bucket, { name, tag }, { result: pulled, seconds: 1 })
  const reference = `s3://my-bucket/team/app:v1@${DIGEST}`

  it("ends with the local name and the digest", async () => {
    expect(await write(report)).toEqual({
      stdout: `team/app:v1 ${DIGEST}\n`,
      stderr: "Read 3.0 MB in 2 blobs in 1.0 s (3.0 MB/s).\n",
    })
  })

  it("says when there was nothing to do", async () => {
    const result = { ...pulled, read: { blobs: 0, bytes: 0 } }
    const { stderr } = await write(reportPull(bucket, { name, tag }, { result, seconds: 1 }))
    expect(stderr).toBe("Unchanged, in 1.0 s: the daemon had everything already.\n")
  })

  it("is only the digest reference when quiet", async () => {
    expect(await write(report, { quiet: true })).toEqual({ stdout: `${reference}\n`, stderr: "" })
  })

  it("leaves the digest reference in a file, whatever else is written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "oci-store-output-"))
    const digestFile = join(folder, "digest")
    await write(report, { json: true, digestFile })
    expect(await readFile(digestFile, "utf8")).toBe(`${reference}\n`)
    await rm(folder, { recursive: true })
  })
})

describe("the URL of an image", () => {
  it.each([
    ["/srv/images", "app", `file:///srv/images/app:v1@${DIGEST}`],
    ["/srv/images", "team/app", `file:///srv/images//team/app:v1@${DIGEST}`],
    ["/srv/my images#1 50%", "app", `file:///srv/my%20images%231%2050%25/app:v1@${DIGEST}`],
    ["/", "app", `file:///app:v1@${DIGEST}`],
  ])("in the folder %s can be read again", (location, path, url) => {
    const artifact = { name: parseRepositoryName(path), tag }
    const store = { backend: backend("file"), location }
    expect(urlOf(store, artifact, DIGEST)).toBe(url)
    const read = parseReference(url, { backends: BACKENDS, fallback: bucket.backend })
    expect(read).toEqual({ ...store, ...artifact, digest: DIGEST })
  })

  it("has no tag when nobody named one", () => {
    expect(urlOf(bucket, { name, digest: DIGEST }, DIGEST)).toBe(`s3://my-bucket/team/app@${DIGEST}`)
  })
})
