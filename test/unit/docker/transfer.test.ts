import { describe, expect, it, test } from "vitest"
import { pullImage, pushImage } from "../../../src/docker/transfer.ts"
import { collect } from "./collect.ts"
import { CLASSIC, CONTAINERD, fakeConnection, PODMAN } from "./fake-connection.ts"
import { CLASSIC_PULL, CLASSIC_PUSH, PODMAN_FAILED_PULL, PODMAN_PULL, replyOf } from "./recorded.ts"

const CREDENTIALS = { username: "u", password: "p", serverAddress: "127.0.0.1:5000" }
const LINUX_ARM_V7 = { os: "linux", architecture: "arm", variant: "v7" }
const APP = "127.0.0.1:5000/app"

test("push: the tag is in the query, not in the name", async () => {
  const connection = fakeConnection(replyOf(CLASSIC_PUSH))
  const progress = await collect(pushImage(connection, CLASSIC, APP, "v1", CREDENTIALS))
  expect(progress.at(-1)).toMatchObject({ type: "digest", tag: "v1" })
  expect(connection.requests).toMatchObject([
    { method: "POST", path: `/images/${APP}/push`, query: { tag: "v1" }, credentials: CREDENTIALS },
  ])
  expect(connection.requests[0]?.query).not.toHaveProperty("tlsVerify")
})

test("push of one platform is JSON in the query, and beyond old engines", async () => {
  const connection = fakeConnection(replyOf(CLASSIC_PUSH))
  const options = { platform: LINUX_ARM_V7 }
  await collect(pushImage(connection, CONTAINERD, APP, "v1", CREDENTIALS, options))
  expect(JSON.parse(connection.requests[0]?.query?.["platform"] ?? "")).toEqual(LINUX_ARM_V7)

  await expect(
    collect(pushImage(fakeConnection(), CLASSIC, APP, "v1", CREDENTIALS, options)),
  ).rejects.toMatchObject({
    code: "TOO_OLD",
    message: expect.stringContaining("engine 20.10.24 speaks API 1.41, and choosing a platform needs 1.46"),
  })
})

test("pull: by tag, by digest, of one platform", async () => {
  const connection = fakeConnection(replyOf(CLASSIC_PULL), replyOf([`{"error":"no"}`]))
  await collect(pullImage(connection, CLASSIC, APP, "v1", CREDENTIALS, { platform: LINUX_ARM_V7 }))
  const digest = `sha256:${"a".repeat(64)}`
  await expect(collect(pullImage(connection, CLASSIC, APP, digest, CREDENTIALS))).rejects.toThrow(
    `Cannot pull ${APP}@${digest}: no`,
  )
  expect(connection.requests).toMatchObject([
    { path: "/images/create", query: { fromImage: APP, tag: "v1", platform: "linux/arm/v7" } },
    { path: "/images/create", query: { fromImage: APP, tag: digest } },
  ])
})

describe("Podman", () => {
  it("is told that the registry speaks plain HTTP, on a pull by its own API", async () => {
    const connection = fakeConnection(replyOf(CLASSIC_PUSH), replyOf(PODMAN_PULL), replyOf(PODMAN_PULL))
    const digest = `sha256:${"a".repeat(64)}`
    await collect(pushImage(connection, PODMAN, APP, "v1", CREDENTIALS))
    await collect(pullImage(connection, PODMAN, APP, "v1", CREDENTIALS))
    await collect(pullImage(connection, PODMAN, APP, digest, CREDENTIALS, { platform: LINUX_ARM_V7 }))
    const path = "/libpod/images/pull"
    const tlsVerify = "false"
    expect(connection.requests).toMatchObject([
      { path: `/images/${APP}/push`, query: { tlsVerify } },
      { path, credentials: CREDENTIALS, query: { reference: `${APP}:v1`, tlsVerify } },
      { path, query: { reference: `${APP}@${digest}`, OS: "linux", Arch: "arm", Variant: "v7" } },
    ])
  })

  it("tells what it does, line by line", async () => {
    const connection = fakeConnection(replyOf(PODMAN_PULL))
    const progress = await collect(pullImage(connection, PODMAN, APP, "v1", CREDENTIALS))
    expect(progress[0]).toEqual({ type: "message", text: "Trying to pull 127.0.0.1:46513/team/app:v1..." })
    expect(progress).toHaveLength(7)
  })

  it.each([
    ["FAILED", "initializing source", PODMAN_FAILED_PULL],
    ["FAILED", "ends without an image", PODMAN_PULL.slice(0, 3)],
    ["FAILED", "not JSON", ["404 page not found"]],
  ])("fails as %s: %s", async (code, message, lines) => {
    const pulling = collect(pullImage(fakeConnection(replyOf(lines)), PODMAN, APP, "v1", CREDENTIALS))
    await expect(pulling).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })
})

test("nothing is asked before the iteration starts", () => {
  const connection = fakeConnection()
  pushImage(connection, CLASSIC, APP, "v1", CREDENTIALS)
  expect(connection.requests).toEqual([])
})
