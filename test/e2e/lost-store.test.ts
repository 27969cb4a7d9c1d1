/**
 * A store that goes away in mid-push, or that lets nobody write: the daemon and whatever is left of the store are as they were.
 */
import { access, rename, rm } from "node:fs/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import { run, start } from "../support/cli.ts"
import { describeWithEngine, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { folderStore, type TestStore } from "../support/stores.ts"
import { findVersitygw, INSTALL, startVersitygw, type Versitygw } from "../support/versitygw.ts"

const MiB = 1024 * 1024
const BUCKET = "images"

const program = await findVersitygw()

await describeWithEngine("a store", () => {
  let image: LoadedImage
  let names: string[]

  beforeAll(async () => {
    names = await loopbackNames()
    image = await randomImage({
      layers: ["a", "b"].map((seed) => ({ bytes: 100 * MiB, seed: `lost ${seed}` })),
    })
  })
  afterAll(() => removeImages(image.name))

  /** Starts a push and does something to the store once it is in the middle of it. */
  async function pushWhile(
    store: Pick<TestStore, "backend" | "env">,
    reference: string,
    work: () => unknown,
  ) {
    const push = start([...store.backend, "push", "-vv", "--image", image.name, reference], store.env)
    await push.says("/blobs/uploads/ 202")
    await work()
    const { code, stdout, stderr } = await push.outcome
    expect(stdout).toBe("")
    expect(await loopbackNames()).toEqual(names)
    return { code, error: stderr.slice(stderr.search(/^Error: /m)) }
  }

  it("is a folder that is moved away in mid-push: 4, and does not come back", async () => {
    const store = await folderStore()
    const folder = store.reference("").replace(/\/\/$/, "")
    const away = `${folder}-away`
    const { code, error } = await pushWhile(store, store.reference("app:v1"), () => rename(folder, away))
    await rm(away, { recursive: true })
    expect(code).toBe(4)
    expect(error).toMatch(/^Error: The folder \S+ has vanished since the command began\.$/m)
    await expect(access(folder)).rejects.toThrow("ENOENT")
  })

  if (program === undefined) it.skip(`is a bucket (needs a server: ${INSTALL})`, () => undefined)
  else {
    const backendOf = ({ endpoint }: Versitygw) => ["s3", "--endpoint", endpoint, "--region", "us-east-1"]
    const envOf = ({ accessKey, secretKey }: Versitygw["root"]) => ({
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
    })

    it("is a bucket that vanishes in mid-push: 4, and the command that creates it", async () => {
      await using gateway = await startVersitygw(program)
      await gateway.createBucket(BUCKET)
      const store = { backend: backendOf(gateway), env: envOf(gateway.root) }
      const { code, error } = await pushWhile(store, `${BUCKET}/app:v1`, () => gateway.removeBucket(BUCKET))
      expect(code).toBe(4)
      expect(error).toMatch(/^Error: The bucket images does not exist .*aws s3 mb s3:\/\/images/)
    })

    it("is a server that stops in mid-push: 4, and where to look", async () => {
      const gateway = await startVersitygw(program)
      await gateway.createBucket(BUCKET)
      const store = { backend: backendOf(gateway), env: envOf(gateway.root) }
      const { code, error } = await pushWhile(store, `${BUCKET}/app:v1`, () => gateway[Symbol.asyncDispose]())
      expect(code).toBe(4)
      expect(error).toMatch(/^Error: http:\S+ cannot be reached .*ECONNREFUSED.*\nHint: Check the network/)
    })

    it("is a bucket that may only be read: 4, and who denies what", async () => {
      await using gateway = await startVersitygw(program)
      await gateway.createBucket(BUCKET)
      const reader = await gateway.createRestrictedUser(BUCKET, ["s3:GetObject", "s3:ListBucket"])
      const { code, stdout, stderr } = await run(
        [...backendOf(gateway), "push", "--image", image.name, `${BUCKET}/app:v1`],
        envOf(reader),
      )
      expect({ code, stdout }).toEqual({ code: 4, stdout: "" })
      expect(stderr).toMatch(
        /^Error: Access to \S+ in the bucket images is denied: AccessDenied.*\nHint: A push has to read, write and list/m,
      )
      expect(await gateway.multipartUploads(BUCKET)).toEqual([])
      expect(await loopbackNames()).toEqual(names)
    })
  }
})
