/**
 * A push or pull that is broken off: the tag, the daemon and the store are as they were.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { start, succeed } from "../support/cli.ts"
import { describeWithEngine, docker, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { keysOf, STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024

await describeWithEngine("a transfer that is broken off", () => {
  describe.each(STORES)("$name", ({ open }) => {
    let store: TestStore
    let small: LoadedImage
    let large: LoadedImage
    let reference: string
    let published: string
    let names: string[]

    beforeAll(async () => {
      store = await open()
      reference = store.reference("app:v1")
      names = await loopbackNames()
      small = await randomImage({ layers: [{ bytes: 1000, seed: "small" }] })
      large = await randomImage({
        layers: [
          { bytes: 150 * MiB, seed: "a" },
          { bytes: 150 * MiB, seed: "b" },
        ],
      })
      published = await succeed([...store.backend, "push", "--image", small.name, reference], store.env)
    })
    afterAll(async () => {
      await removeImages(small.name, large.name)
      await store[Symbol.asyncDispose]()
    })

    const unchanged = async (): Promise<void> => {
      expect(await loopbackNames()).toEqual(names)
      expect(await store.leftovers()).toEqual([])
      expect((await keysOf(store)).filter((key) => key.includes("/_uploads/"))).toEqual([])
      const now = await succeed(
        [...store.backend, "pull", "--image", small.name, "--quiet", reference],
        store.env,
      )
      expect(now.slice(now.indexOf("@"))).toBe(published.slice(published.indexOf("@")))
    }

    it.each([
      { signal: "SIGINT", code: 130 },
      { signal: "SIGTERM", code: 143 },
      { signal: "SIGHUP", code: 129 },
    ] as const)("ends a push on $signal with exit code $code", async ({ signal, code }) => {
      const push = start([...store.backend, "push", "-vv", "--image", large.name, reference], store.env)
      await push.says(/blobs\/uploads\/ 202|layers are read here/)
      await new Promise((resolve) => setTimeout(resolve, 300))
      push.process.kill(signal)
      expect((await push.outcome).code).toBe(code)
      await unchanged()
    })

    it("ends a pull on SIGINT, and the daemon has nothing of it", async () => {
      const big = store.reference("big:v1")
      await succeed([...store.backend, "push", "--image", large.name, big], store.env)
      await removeImages(large.name)
      const pull = start([...store.backend, "pull", "-vv", "--image", large.name, big], store.env)
      await pull.says(/\/manifests\/|as an archive/)
      pull.process.kill("SIGINT")
      expect((await pull.outcome).code).toBe(130)
      expect(await docker("images", "--quiet", large.name)).toBe("")
      await unchanged()
    })

    it("exits at once on a second signal", async () => {
      const push = start([...store.backend, "push", "-vv", "--image", small.name, store.reference("x:1")], {
        ...store.env,
      })
      await push.says(/127\.0\.0\.1:|layers are read here/)
      push.process.kill("SIGINT")
      push.process.kill("SIGINT")
      // Or the signal itself, where all was cleaned up before it came.
      expect([130, null]).toContain((await push.outcome).code)
      // Whoever does not wait leaves what there was no time to remove.
      await removeImages(...(await loopbackNames()).filter((name) => name.endsWith("/x:1")))
    })
  })
})
