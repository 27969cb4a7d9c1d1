/**
 * What we compress ourselves: every engine gets its image back, whether it can read the compression or not.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { blobData } from "../../src/registry/layout.ts"
import { readWhole } from "../../src/registry/objects.ts"
import { isDigest } from "../../src/oci/digest.ts"
import { succeed } from "../support/cli.ts"
import { describeWithEngine, docker, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { folderStore, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024

await describeWithEngine("layers compressed by us", () => {
  let store: TestStore
  beforeAll(async () => {
    store = await folderStore()
  })
  afterAll(() => store[Symbol.asyncDispose]())

  const oci = (command: string, ...args: string[]) => succeed([...store.backend, command, ...args])

  async function manifestOf(digest: string): Promise<{ layers: { mediaType: string; size: number }[] }> {
    if (!isDigest(digest)) throw new TypeError(digest)
    return JSON.parse(String(await readWhole(store.driver, blobData(digest), MiB)))
  }

  describe.each(["gzip", "zstd"])("with %s", (compression) => {
    let image: LoadedImage
    beforeAll(async () => {
      image = await randomImage({
        layers: [
          // More than is kept in memory, of both kinds, and next to nothing.
          { bytes: 40 * MiB, compressible: true, seed: "compressible" },
          { bytes: 20 * MiB, seed: "random" },
          { bytes: 100, seed: "small" },
        ],
      })
    })
    afterAll(() => removeImages(image.name))

    const reference = (): string => store.reference(`${compression}:v1`)
    const push = (...flags: string[]) =>
      oci(
        "push",
        "--transport",
        "archive",
        "--compression",
        compression,
        ...flags,
        "--image",
        image.name,
        reference(),
      )

    it("say so by their media type, and are smaller", async () => {
      const { layers } = await manifestOf((await push()).replace(/^.*@/, ""))
      for (const { mediaType } of layers) expect(mediaType).toMatch(new RegExp(`[.+]${compression}$`))
      expect(layers[0]?.size).toBeLessThan(15 * MiB)
    })

    it("are not compressed and sent again", async () => {
      expect(JSON.parse(await push("--json"))).toMatchObject({ stored: { blobs: 0 } })
    })

    it.each(["archive", "auto"])("come back by --transport %s as what they were", async (transport) => {
      await removeImages(image.name)
      await oci("pull", "--transport", transport, "--image", image.name, reference())
      const layers = await docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image.name)
      expect(JSON.parse(layers)).toEqual(image.diffIds)
    })
  })
})
