/**
 * Images for several platforms, which only an engine with the containerd image store can hold.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Descriptor } from "../../src/oci/descriptor.ts"
import type { Digest } from "../../src/oci/digest.ts"
import { blobData } from "../../src/registry/layout.ts"
import { readWhole } from "../../src/registry/objects.ts"
import { run, succeed } from "../support/cli.ts"
import { describeWithEngine, imageId, removeImages } from "../support/docker.ts"
import { multiPlatformImage } from "../support/multi-platform-image.ts"
import { STORES, type TestStore } from "../support/stores.ts"

await describeWithEngine(
  "images for several platforms",
  () => {
    describe.each(STORES)("$name", ({ open }) => {
      let store: TestStore

      beforeAll(async () => {
        store = await open()
      })
      afterAll(() => store[Symbol.asyncDispose]())

      const push = (...args: string[]) => run([...store.backend, "push", ...args], store.env)
      const stored = async (digest: string): Promise<{ manifests: Descriptor[] }> =>
        JSON.parse(String(await readWhole(store.driver, blobData(digest as Digest), 1e6)))

      it("keeps the index, every platform and the attestation", async () => {
        const image = await multiPlatformImage()
        try {
          const { code, stdout, stderr } = await push("--image", image.name, store.reference("multi:1"))
          expect(stderr).not.toContain("does not hold")
          expect({ code, stderr }).toMatchObject({ code: 0 })
          expect(stdout).toContain(image.index)
          const { manifests } = await stored(image.index)
          expect(manifests.map(({ digest }) => digest)).toEqual([
            ...image.manifests.values(),
            image.attestation,
          ])
          for (const { digest } of manifests) expect(await stored(digest)).toMatchObject({ schemaVersion: 2 })
          await removeImages(image.name)
          await succeed(
            [...store.backend, "pull", "--image", image.name, store.reference("multi:1")],
            store.env,
          )
          expect(await imageId(image.name)).toBe(image.index)
        } finally {
          await removeImages(image.name)
        }
      })

      it.each([
        { title: "the index and all it names", missing: [] },
        { title: "an index of what the daemon has", missing: ["linux/arm/v7"] },
      ])("repairs $title with --force, whatever was damaged", async ({ missing }) => {
        const image = await multiPlatformImage({ missing })
        const tag = store.reference("repaired:1")
        try {
          const first = await push("--image", image.name, tag)
          expect(first).toMatchObject({ code: 0 })
          const blobs: string[] = []
          for await (const { key } of store.driver.list("docker/registry/v2/blobs/")) blobs.push(key)
          for (const key of blobs) await store.driver.write(key, Buffer.from("damaged"))
          expect(await push("--force", "--image", image.name, tag)).toMatchObject({
            code: 0,
            stdout: first.stdout,
          })
          const flags = store.backend.filter((each) => each !== "--transport" && each !== "archive")
          expect(await run([...flags, "verify", tag], store.env)).toMatchObject({ code: 0 })
        } finally {
          await removeImages(image.name)
        }
      })

      it("pushes one platform when asked", async () => {
        const image = await multiPlatformImage()
        try {
          const { code, stdout } = await push(
            "--platform",
            "linux/arm64",
            "--image",
            image.name,
            store.reference("arm:1"),
          )
          expect(code).toBe(0)
          expect(stdout).toContain(image.manifests.get("linux/arm64"))
        } finally {
          await removeImages(image.name)
        }
      })

      it("pushes an index of the platforms that the daemon holds", async () => {
        const image = await multiPlatformImage({ missing: ["linux/arm64"] })
        try {
          const args = ["--json", "--image", image.name, store.reference("held:1")]
          const { code, stdout, stderr } = await push(...args)
          expect({ code, stderr }).toMatchObject({ code: 0 })
          expect(stderr).toContain("linux/arm64")
          const { digest } = JSON.parse(stdout).published[0]
          const { manifests } = await stored(digest)
          const held = ["linux/amd64", "linux/arm/v7"].map((platform) => image.manifests.get(platform))
          expect(manifests.map(({ digest }) => digest)).toEqual(held)
          expect(JSON.parse((await push(...args)).stdout)).toMatchObject({
            published: [{ digest, previous: digest }],
          })
        } finally {
          await removeImages(image.name)
        }
      })

      it("names the platforms that the daemon does not hold, and refuses them when all are required", async () => {
        const image = await multiPlatformImage({ missing: ["linux/arm64", "linux/arm/v7"] })
        try {
          const refused = await push(
            "--require-all-platforms",
            "--image",
            image.name,
            store.reference("part:1"),
          )
          expect(refused.code).toBe(5)
          expect(refused.stderr).toContain("linux/arm64")
          const partial = await push("--image", image.name, store.reference("part:1"))
          expect({ code: partial.code, stderr: partial.stderr }).toMatchObject({ code: 0 })
          expect(partial.stderr).toContain("linux/arm64")
          expect(partial.stdout).toContain(image.manifests.get("linux/amd64"))
        } finally {
          await removeImages(image.name)
        }
      })
    })
  },
  "containerd",
)
