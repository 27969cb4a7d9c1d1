/**
 * A public bucket, straight into Docker, by someone without any credentials.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { run, succeed } from "../support/cli.ts"
import { describeWithEngine, imageId, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { STORES, type TestStore } from "../support/stores.ts"

const NOBODY = {
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_EC2_METADATA_DISABLED: "true",
  AZURE_STORAGE_KEY: "",
}

const LINK = "docker/registry/v2/repositories/team/app/_manifests/tags/v2/current/link"

const BUCKETS = STORES.filter(({ name }) => !name.startsWith("file"))

const suite = (): void => {
  describe.each(BUCKETS)("$name", ({ name, open }) => {
    let store: TestStore
    let image: LoadedImage
    let reference: string

    beforeAll(async () => {
      store = await open()
      image = await randomImage({ layers: [{ bytes: 3_000_000, seed: name }] })
      reference = store.reference("team/app:v1")
      await succeed([...store.backend, "push", "--image", image.name, reference], store.env)
      await store.makePublic?.()
    })
    afterAll(async () => {
      await removeImages(image.name)
      await store[Symbol.asyncDispose]()
    })

    it("is pulled from without credentials", async () => {
      await removeImages(image.name)
      const pull = [...store.backend, "pull", "--anonymous", "--image", image.name, reference]
      await succeed(pull, { ...store.env, ...NOBODY })
      expect(await imageId(image.name)).toBe(image.id)
    })

    // The GCS emulator lets everybody write.
    it.skipIf(name === "gcs")("is not pushed to without credentials", async () => {
      const push = ["push", "--anonymous", "--image", image.name, store.reference("team/app:v2")]
      const { code, stderr } = await run([...store.backend, ...push], { ...store.env, ...NOBODY })
      expect(code).toBe(4)
      expect(stderr).toContain("Error: ")
      expect(await store.driver.stat(LINK)).toBeUndefined()
    })
  })
}

if (BUCKETS.length > 0) await describeWithEngine("a public bucket", suite)
else it.skip("a public bucket (E2E_STORES has folders only)", () => undefined)
