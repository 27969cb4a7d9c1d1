import { expect, test } from "vitest"
import { pullImage, pushImage } from "../../../src/docker/transfer.ts"
import { collect } from "./collect.ts"
import { CLASSIC, CONTAINERD, fakeConnection, PODMAN } from "./fake-connection.ts"
import { CLASSIC_PULL, CLASSIC_PUSH, replyOf } from "./recorded.ts"

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

test("Podman is told that the registry speaks plain HTTP", async () => {
  const connection = fakeConnection(replyOf(CLASSIC_PUSH), replyOf(CLASSIC_PULL))
  await collect(pushImage(connection, PODMAN, APP, "v1", CREDENTIALS))
  await collect(pullImage(connection, PODMAN, APP, "v1", CREDENTIALS))
  expect(connection.requests).toMatchObject([
    { query: { tlsVerify: "false" } },
    { query: { tlsVerify: "false" } },
  ])
})

test("nothing is asked before the iteration starts", () => {
  const connection = fakeConnection()
  pushImage(connection, CLASSIC, APP, "v1", CREDENTIALS)
  expect(connection.requests).toEqual([])
})
