/**
 * The command lines of the manual's section on images as files, as they are printed there, one after the other in one folder.
 */
import { execFile } from "node:child_process"
import { mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { describeWithEngine, docker, removeImages, runImage } from "../support/docker.ts"
import { pathOf, programsMissing } from "../support/programs.ts"
import { README } from "../support/readme.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { startVersitygw, type Versitygw } from "../support/versitygw.ts"
import { ROOT } from "./world.ts"

const IMAGE = "myapp:v1.0"

const [section = ""] = /^## Images as files$.*?(?=^## )/ms.exec(README) ?? []
const lines = [...section.matchAll(/^```bash\n(.*?)^```$/gms)].flatMap(([, code = ""]) =>
  code.trimEnd().split("\n"),
)

const theirs = await docker("images", "--quiet", IMAGE).catch(() => "")
const obstacle = theirs ? `the daemon has a ${IMAGE} of its own` : await programsMissing(["versitygw"])
if (obstacle && process.env["CI"]) throw new Error(`The printed lines cannot be tried: ${obstacle}`)

await describeWithEngine(
  "the lines about images as files",
  () => {
    let folder: string
    let server: Versitygw
    let image: RunnableImage

    const run = (line: string) =>
      new Promise<{ code: number | null; said: string }>((resolve) => {
        const { accessKey, secretKey } = server.root
        const env = {
          ...process.env,
          PATH: `${folder}:${process.env["PATH"]}`,
          AWS_REGION: "us-east-1",
          AWS_ENDPOINT_URL_S3: server.endpoint,
          AWS_ACCESS_KEY_ID: accessKey,
          AWS_SECRET_ACCESS_KEY: secretKey,
        }
        const command = `set -o pipefail; ${line}`
        const child = execFile("bash", ["-c", command], { cwd: folder, env }, (_error, stdout, stderr) =>
          resolve({ code: child.exitCode, said: stdout + stderr }),
        )
      })

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "oci-store-documents-"))
      await symlink(join(ROOT, "bin", "oci-store.js"), join(folder, "oci-store"))
      server = await startVersitygw(await pathOf("versitygw"))
      await server.createBucket("my-bucket")
      image = await runnableImage()
      await docker("tag", image.name, IMAGE)
    })
    afterAll(async () => {
      await removeImages(image.name, IMAGE)
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    it("are there", () => expect(lines.length).toBeGreaterThan(8))

    it.each(lines)("%s", async (line) => {
      // What is loaded is what was carried, and not what had been there all the time.
      const loads = line.includes("docker load")
      if (loads) await removeImages(image.name, IMAGE)
      const { code, said } = await run(line)
      expect({ code, said }).toMatchObject({ code: 0 })
      if (loads) expect(await runImage(IMAGE)).toBe(image.marker)
    })
  },
  undefined,
  obstacle,
)
