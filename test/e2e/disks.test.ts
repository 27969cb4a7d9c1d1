/**
 * Disks of this machine that are full or read-only: one sentence, the tag as it was, nothing left on them.
 */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { run, succeed } from "../support/cli.ts"
import { describeWithEngine, imageStore, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { mountSmallDisk, smallDiskMissing } from "../support/small-disk.ts"
import { keysOf, s3Store } from "../support/stores.ts"

const MiB = 1024 * 1024

/** A blob that was stored before the disk was full, or its link: what the next push does not send again. */
async function expectWhole(file: string): Promise<void> {
  const hex = /\/(?:_layers\/sha256\/(\w+)\/link|blobs\/sha256\/\w\w\/(\w+)\/data)$/
    .exec(file)
    ?.slice(1)
    .find(Boolean)
  expect(hex, file).toBeDefined()
  const bytes = await readFile(file)
  expect(file.endsWith("/link") ? bytes.toString() : digestOf(bytes)).toBe(`sha256:${hex}`)
}

await describeWithEngine(
  "a disk",
  () => {
    let large: LoadedImage
    let small: LoadedImage
    let names: string[]

    beforeAll(async () => {
      names = await loopbackNames()
      small = await randomImage({ layers: [{ bytes: 1000, seed: "disk" }] })
      large = await randomImage({ layers: [{ bytes: 30 * MiB, seed: "disk" }] })
    })
    afterAll(() => removeImages(small.name, large.name))

    const filesIn = async (folder: string): Promise<readonly string[]> => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    }

    it("that fills up under the layers that wait: 1, and another --tmp-dir", async () => {
      await using store = await s3Store()
      await using disk = await mountSmallDisk(16)
      const push = ["push", "--tmp-dir", disk.folder, "--image", large.name, store.reference("app:v1")]
      const { code, stdout, stderr } = await run([...store.backend, ...push], store.env)
      if ((await imageStore()) === "containerd") {
        // Digests come first, so nothing waits.
        expect({ code, files: await filesIn(disk.folder) }).toEqual({ code: 0, files: [] })
        return
      }
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(
        /^Error: Cannot keep a layer in '.*' until its digest is known: the disk is full\. Name a directory with room by --tmp-dir\.$/m,
      )
      expect(await filesIn(disk.folder)).toEqual([])
      expect(await keysOf(store)).toEqual([])
      expect(await store.leftovers()).toEqual([])
      expect(await loopbackNames()).toEqual(names)
    })

    it("that fills up under the store: 1, and the tag names what it named", async () => {
      await using disk = await mountSmallDisk(16)
      const reference = `${disk.folder}/images/app:v1`
      const published = await succeed(["file", "push", "--image", small.name, reference])
      const before = await filesIn(disk.folder)
      const { code, stdout, stderr } = await run(["file", "push", "--image", large.name, reference])
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^Error: There is no space left .*\nHint: Free some space\./m)
      const added = (await filesIn(disk.folder)).filter((file) => !before.includes(file))
      for (const file of added) await expectWhole(file)
      expect(await succeed(["file", "push", "--image", small.name, reference])).toBe(published)
      expect(await loopbackNames()).toEqual(names)
    })

    it("that is read-only: 4, where the store is, and pulls all the same", async () => {
      await using disk = await mountSmallDisk(16)
      const reference = `${disk.folder}/images/app:v1`
      await succeed(["file", "push", "--image", small.name, reference])
      await disk.makeReadOnly()
      for (const wanted of [reference, `${disk.folder}/other/app:v1`]) {
        const { code, stdout, stderr } = await run(["file", "push", "--image", large.name, wanted])
        expect({ code, stdout }).toEqual({ code: 4, stdout: "" })
        expect(stderr).toMatch(
          /^Error: (The file system is read-only|The folder \S+ cannot be made) .*read-only file system/m,
        )
        expect(stderr).toContain(disk.folder)
      }
      await succeed(["file", "pull", "--image", small.name, reference])
      expect(await loopbackNames()).toEqual(names)
    })
  },
  undefined,
  await smallDiskMissing(),
)
