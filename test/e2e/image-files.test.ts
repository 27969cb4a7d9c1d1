/**
 * Images as files on real stores: what `docker save` writes, what crane and regctl read and write, what `docker load` takes.
 */
import { randomBytes } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { run, start, succeed } from "../support/cli.ts"
import {
  describeWithEngine,
  docker,
  imageId,
  imageStore,
  loadImage,
  removeImages,
  uniqueName,
} from "../support/docker.ts"
import { layoutFiles, writeFiles } from "../support/layout.ts"
import { multiPlatformImage } from "../support/multi-platform-image.ts"
import { image, layerOf, multiPlatform } from "../support/oci-content.ts"
import { programsMissing, succeed as succeedWith } from "../support/programs.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { mountSmallDisk, smallDiskMissing } from "../support/small-disk.ts"
import { folderStore, keysOf, STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024
const NO_DAEMON = { DOCKER_HOST: "unix:///nowhere/docker.sock" }

/** What a container sees of an image, however its layers are packed. */
const contentOf = (name: string) =>
  docker("inspect", "--format", "{{json .RootFS.Layers}} {{json .Config.Cmd}} {{.Architecture}}", name)

const afterAt = (text: string) => text.slice(text.lastIndexOf("sha256:"))

await describeWithEngine(
  "images as files",
  () => {
    let folder: string
    let large: LoadedImage
    const file = (name: string) => join(folder, name)

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "oci-store-files-"))
      large = await randomImage({
        layers: [
          { bytes: 12 * MiB, compressible: true, seed: "files" },
          { bytes: 30 * MiB, seed: "files" },
        ],
      })
      await docker("save", "--output", file("save.tar"), large.name)
    })
    afterAll(async () => {
      await removeImages(large.name)
      await rm(folder, { recursive: true })
    })

    // Without a daemon there are no ways to choose from.
    describe.each(STORES.filter(({ name }) => !name.includes("archives")))("$name", ({ name, open }) => {
      let store: TestStore
      const own = (text: string) => file(`${name}-${text}`)
      const oci = (...args: string[]) => succeed([...store.backend, ...args], { ...store.env, ...NO_DAEMON })

      beforeAll(async () => {
        store = await open()
      })
      afterAll(() => store[Symbol.asyncDispose]())

      it("go from docker save through a store, layouts, other programs and back to docker load", async () => {
        const app = store.reference("app:v1")
        const digest = afterAt(await oci("push", "--image", `docker-archive:${file("save.tar")}`, app))
        await oci("pull", "--image", `oci:${own("out")}`, app)
        const theirs = `ocidir://${own("theirs")}:v1`
        await succeedWith("regctl", ["image", "copy", `ocidir://${own("out")}:v1`, theirs])
        const copied = await oci("push", "--image", `oci:${own("theirs")}:v1`, store.reference("copy:v1"))
        expect(afterAt(copied)).toBe(digest)

        await using served = await serveRegistry(store.driver, { scope: "repository", publish: "on-put" })
        const remote = `${served.address}/crane:v1`
        await succeedWith("crane", ["--insecure", "push", own("out"), remote])
        await succeedWith("crane", ["--insecure", "validate", "--remote", remote])
        await succeedWith("crane", ["--insecure", "pull", "--format", "oci", remote, own("crane")])
        const again = await oci("push", "--image", `oci:${own("crane")}`, store.reference("again:v1"))
        expect(afterAt(again)).toBe(digest)

        const name = `${uniqueName("files")}:loaded`
        await oci("pull", "--image", `docker-archive:${own("load.tar")}:${name}`, app)
        await succeedWith("crane", ["validate", "--tarball", own("load.tar")])
        try {
          const content = await contentOf(large.name)
          await loadImage(createReadStream(own("load.tar")))
          expect(await contentOf(name)).toBe(content)
          if ((await imageStore()) === "classic") expect(await imageId(name)).toBe(await imageId(large.name))
          else expect(await imageId(name)).toBe(digest)
        } finally {
          await removeImages(name)
        }
      })

      it("keep an index with its attestation, in folders and archives", async () => {
        const content = multiPlatform(`files on ${name}`)
        await writeFiles(own("multi"), layoutFiles({ ...content, name: "v1" }))
        const reference = store.reference("multi:v1")
        const pushed = await oci("push", "--image", `oci:${own("multi")}`, reference)
        expect(afterAt(pushed)).toBe(content.root.digest)
        await oci("pull", "--image", `oci-archive:${own("multi.tar")}`, reference)
        const again = ["push", "--image", `oci-archive:${own("multi.tar")}`, store.reference("multi2:v1")]
        expect(afterAt(await oci(...again))).toBe(content.root.digest)
        const image = `oci:${own("multi-out")}:v1`
        await oci("pull", "--image", image, reference)
        const inspect = ["manifest", "get", "--format", "raw-body", `ocidir://${own("multi-out")}:v1`]
        expect(await succeedWith("regctl", inspect)).toEqual(content.root.bytes)
      })
    })

    it("are saved and loaded again with the same id, attestations and all, by a containerd store", async () => {
      if ((await imageStore()) !== "containerd") return
      await using store = await folderStore()
      const oci = (...args: string[]) => succeed([...store.backend, ...args], NO_DAEMON)
      for (const missing of [[], ["linux/arm64"], ["linux/arm64", "linux/arm/v7"]]) {
        const image = await multiPlatformImage({ missing })
        try {
          await docker("save", "--output", file("multi.tar"), image.name)
          const reference = store.reference("multi:v1")
          const kinds = ["oci-archive", "docker-archive"].map((kind) =>
            oci("push", "--image", `${kind}:${file("multi.tar")}`, reference),
          )
          const [first = "", second = ""] = (await Promise.all(kinds)).map(afterAt)
          expect(second).toBe(first)
          if (missing.length === 0) expect(first).toBe(image.index)
          if (missing.length === 2) expect(first).toBe(image.manifests.get("linux/amd64"))
          await removeImages(image.name)
          await oci("pull", "--image", `oci-archive:${file("load.tar")}`, reference)
          await loadImage(createReadStream(file("load.tar")))
          expect(await imageId("multi:v1")).toBe(first)
        } finally {
          await removeImages(image.name, "multi:v1")
        }
      }
    })

    it.each(["oci", "oci-archive", "docker-archive"])(
      "leave nothing half when a pull to %s is broken off",
      async (kind) => {
        await using store = await folderStore()
        const reference = store.reference("app:v1")
        await succeed(
          [...store.backend, "push", "--image", `docker-archive:${file("save.tar")}`, reference],
          NO_DAEMON,
        )
        const target = file(`broken-${kind}`)
        const args = [...store.backend, "pull", "-v", "--image", `${kind}:${target}`, reference]
        const pull = start(args, NO_DAEMON)
        await pull.says(/ is written /)
        pull.process.kill("SIGINT")
        const { code } = await pull.outcome
        // On a quick disk it may have been done before.
        expect([0, 130]).toContain(code)
        expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".tmp"))).toEqual(
          [],
        )
        if (code === 130 && kind !== "oci") expect(await readdir(folder)).not.toContain(`broken-${kind}`)
        await succeed(args, NO_DAEMON)
        if (kind !== "oci") return
        await succeed(
          [...store.backend, "push", "--image", `oci:${target}`, store.reference("again:v1")],
          NO_DAEMON,
        )
      },
    )

    it.each(["oci:%", "oci-archive:-"])(
      "leave the tag as it was when a push of %s is broken off",
      async (source) => {
        await using store = await folderStore()
        const env = { ...NO_DAEMON }
        await writeFiles(file("small"), layoutFiles({ ...image([layerOf("small")]), name: "v1" }))
        const reference = store.reference("app:v1")
        const published = await succeed([
          ...store.backend,
          "push",
          "--image",
          `oci:${file("small")}`,
          reference,
        ])
        await succeed([
          ...store.backend,
          "push",
          "--image",
          `docker-archive:${file("save.tar")}`,
          store.reference("b:1"),
        ])
        await succeed(
          [...store.backend, "pull", "--image", `oci:${file("big")}`, store.reference("b:1")],
          env,
        )
        await using other = await folderStore()
        await succeed(
          [...other.backend, "push", "--image", `oci:${file("small")}`, other.reference("app:v1")],
          env,
        )
        // Standard input of a child stays open, and nothing comes.
        const push = start(
          [
            ...other.backend,
            "push",
            "-v",
            "--image",
            source.replace("%", file("big")),
            other.reference("app:v1"),
          ],
          env,
        )
        if (source.startsWith("oci:")) await push.says(/ is read from /)
        else await new Promise((resolve) => setTimeout(resolve, 1500))
        push.process.kill("SIGINT")
        const { code, stderr } = await push.outcome
        expect({ code, stderr }).toMatchObject({ code: source === "oci:%" ? expect.any(Number) : 130 })
        if (code !== 130) return
        expect((await keysOf(other)).filter((key) => key.includes("_uploads"))).toEqual([])
        expect(await other.leftovers()).toEqual([])
        const check = ["pull", "-q", "--image", `oci-archive:${file("check.tar")}`, other.reference("app:v1")]
        expect(afterAt(await succeed([...other.backend, ...check], env))).toBe(afterAt(published))
      },
    )
  },
  undefined,
  await programsMissing(["crane", "regctl"]),
)

const noDisk = await smallDiskMissing()

describe.skipIf(noDisk)("a small disk", () => {
  it("that fills up under a pulled image: 1, and a layout is whole all the same", async () => {
    await using disk = await mountSmallDisk(4)
    await using store = await folderStore()
    await using source = await mountSmallDisk(64)
    const content = image([layerOf("small"), Buffer.concat([layerOf("large"), randomBytes(20 * MiB)])])
    await writeFiles(source.folder, layoutFiles({ ...content, name: "v1" }))
    await succeed(
      [...store.backend, "push", "--image", `oci:${source.folder}`, store.reference("app:v1")],
      NO_DAEMON,
    )
    for (const kind of ["oci", "oci-archive", "docker-archive"]) {
      const target = `${kind}:${disk.folder}/${kind}`
      const { code, stdout, stderr } = await run(
        [...store.backend, "pull", "--image", target, store.reference("app:v1")],
        NO_DAEMON,
      )
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toMatch(/^Error: Cannot write '.*': the disk is full\.$/m)
      const left = await readdir(disk.folder, { recursive: true })
      expect(left.filter((name) => name.includes("tmp"))).toEqual([])
      if (kind !== "oci") expect(left).not.toContain(kind)
    }
    expect(JSON.parse(String(await readFile(join(disk.folder, "oci", "index.json"))))).toMatchObject({
      manifests: [],
    })
    const args = ["push", "--tmp-dir", disk.folder, "--image", "oci-archive:-", store.reference("x:1")]
    const push = start([...store.backend, ...args], NO_DAEMON)
    // Its other end is closed before all is read.
    push.process.stdin?.on("error", () => undefined).end(Buffer.alloc(8 * MiB))
    const { code, stderr } = await push.outcome
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("the disk is full") })
    expect(stderr).toContain("--tmp-dir names another folder")
  })
})
