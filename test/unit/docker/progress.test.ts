import { Readable } from "node:stream"
import { expect, test } from "vitest"
import { readProgress } from "../../../src/docker/progress.ts"
import { collect } from "./collect.ts"
import {
  CLASSIC_PULL,
  CLASSIC_PUSH,
  CONTAINERD_PARTIAL_PUSH,
  CONTAINERD_PULL,
  CONTAINERD_PUSH,
  FAILED_PUSHES,
  replyOf,
} from "./recorded.ts"

const read = (...lines: string[]) => collect(readProgress(Readable.from([replyOf(lines)]), "push app:v1"))

test("push, classic store: layers with and without counts, one digest although it is said twice", async () => {
  expect(await read(...CLASSIC_PUSH)).toEqual([
    { type: "message", text: "The push refers to repository [127.0.0.1:15701/team/a]" },
    { type: "layer", id: "902c0ee5e5f5", status: "Preparing" },
    { type: "layer", id: "fa19cefd582e", status: "Preparing" },
    { type: "layer", id: "fa19cefd582e", status: "Pushing", current: 33280, total: 2000000 },
    { type: "layer", id: "fa19cefd582e", status: "Pushing", current: 2001920, total: 2000000 },
    { type: "layer", id: "fa19cefd582e", status: "Pushed" },
    { type: "layer", id: "902c0ee5e5f5", status: "Layer already exists" },
    {
      type: "digest",
      digest: "sha256:42f3902c1d097ff73ce01f4267485e7cf70cf840c0ff944fbf82ab873216f186",
      tag: "v1",
      size: 944,
    },
  ])
})

test("push, containerd store: the digest comes in words alone", async () => {
  expect((await read(...CONTAINERD_PUSH)).at(-1)).toEqual({
    type: "digest",
    digest: "sha256:0f9fa791b6623e692fa864ac93c14802baec51ee11aeb5dc0bdaded543b4bb69",
    tag: "v1",
    size: 737,
  })
})

test("push, containerd store: a manifest in place of its index", async () => {
  expect(await read(...CONTAINERD_PARTIAL_PUSH)).toContainEqual({
    type: "index-replaced",
    index: "sha256:ba6d3c7d67bd0ab2d58b0be826d0d118f771daa802398464bdcea687e2b76f94",
    manifest: "sha256:03dc458a66566c0eb5bfb1e8ba110f132d9fbe01be3a5bfcc5b1ccd31a130a01",
  })
})

test("push, Podman or a proxy: the digest in aux alone", async () => {
  const digest = `sha256:${"a".repeat(64)}`
  expect(await read(`{"aux":{"Tag":"v1","Digest":"${digest}","Size":1}}`)).toEqual([
    { type: "digest", digest, tag: "v1", size: 1 },
  ])
})

test.each([
  ["classic", CLASSIC_PULL],
  ["containerd", CONTAINERD_PULL],
])("pull, %s store: the tag is no layer, the digest is none", async (_, lines) => {
  const progress = await read(...lines)
  expect(progress[0]).toEqual({ type: "message", text: "Pulling from team/a" })
  expect(progress).toContainEqual({
    type: "digest",
    digest: "sha256:0f9fa791b6623e692fa864ac93c14802baec51ee11aeb5dc0bdaded543b4bb69",
  })
  expect(new Set(progress.flatMap((step) => (step.type === "layer" ? [step.id] : [])))).toEqual(
    new Set(["902c0ee5e5f5"]),
  )
})

test.each(Object.entries(FAILED_PUSHES))(
  "an error in the reply is a failure: %s",
  async (_, { code, line }) => {
    const { error }: { error: string } = JSON.parse(line)
    await expect(read(...CLASSIC_PUSH.slice(0, 3), line)).rejects.toMatchObject({
      name: "DockerError",
      code,
      message: `Cannot push app:v1: ${error}`,
    })
  },
)

test("an error without detail is a failure too", async () => {
  await expect(read(`{"error":"disk full"}`)).rejects.toThrow("Cannot push app:v1: disk full")
})

test("what comes before the error is not held back", async () => {
  const progress = readProgress(
    Readable.from([replyOf([`{"status":"Preparing","id":"a"}`, `{"error":"no"}`])]),
    "push a",
  )
  expect(await progress.next()).toMatchObject({ value: { type: "layer", id: "a" } })
  await expect(progress.next()).rejects.toMatchObject({ code: "FAILED" })
})

test("a reply that is no JSON", async () => {
  await expect(read("<html>502 Bad Gateway</html>")).rejects.toMatchObject({
    name: "DockerError",
    code: "FAILED",
  })
})

test("skips what it does not know", async () => {
  expect(await read(`{"aux":{"contentMissing":true}}`, `{"future":1}`, `[]`, `{"status":1}`)).toEqual([])
})
