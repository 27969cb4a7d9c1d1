/**
 * The TypeScript examples of the manual, as they are printed: they compile against the package as it is built, and do what they say.
 */
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { describeWithEngine, removeImages, runImage } from "../support/docker.ts"
import { codeBlocks } from "../support/readme.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"

const exec = promisify(execFile)
const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const PUBLISHED = "oci-store-test/readme:current"

await describeWithEngine("the manual's TypeScript examples", () => {
  let folder: string
  let image: RunnableImage
  const files: string[] = []

  const run = async (index: number) => (await exec(process.execPath, [files[index] ?? ""])).stdout

  beforeAll(async () => {
    // Within the package: so that the examples may import it by its name.
    folder = await mkdtemp(join(ROOT, "test", "examples-"))
    image = await runnableImage()
    for (const [index, code] of codeBlocks("ts").entries()) {
      const file = join(folder, `example-${index}.ts`)
      // Nothing but names that others may use on this machine is changed.
      const own = code
        .replaceAll("file:///srv/images", pathToFileURL(join(folder, "images")).href)
        .replaceAll("/srv/layout.tar", join(folder, "layout.tar"))
        .replaceAll("myapp:dev", image.name)
        .replace('repository: "myapp"', 'repository: "oci-store-test/readme"')
      await writeFile(file, own)
      files.push(file)
    }
  })
  afterAll(async () => {
    await removeImages(image.name, PUBLISHED)
    await rm(folder, { recursive: true })
  })

  it("compile", async () => {
    expect(files).toHaveLength(5)
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"]
    const types = ["--lib", "es2024,esnext.disposable", "--types", "node", "--skipLibCheck", "--ignoreConfig"]
    await exec(join(ROOT, "node_modules", ".bin", "tsc"), [...flags, ...types, ...files])
  })

  it("push an image, pull it, list its tags and verify them", async () => {
    const [digest = ""] = (await run(0)).split(" ", 1)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await run(1)).toBe(`${PUBLISHED} ${digest}\n`)
    expect(await runImage(PUBLISHED)).toBe(image.marker)
    expect(await run(2)).toBe(`[ 'v1.0' ]\n{ name: 'myapp', tags: [ 'v1.0' ] }\n`)
    expect(await run(3)).toBe("tags: 1\n")
    expect(await run(4)).toBe(`oci-archive:${join(folder, "layout.tar")}:v1.0\n`)
  })
})
