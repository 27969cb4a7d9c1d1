/**
 * The image of demo/Dockerfile: it builds without a network, runs as nobody special on a file system that it cannot write, says how
 * it is, keeps what it is given, and stops when it is told to.
 */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { describeWithEngine, docker, isPodman, removeImages, uniqueName } from "../support/docker.ts"
import { nodeImage, nodeImageMissing } from "../support/node-image.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))

/** npm installs packages twice, on a disk that others use too. */
const BUILD_MS = 15 * 60 * 1000

/** Docker itself: Podman's images have no health check, and other builders need more than a local image. */
const podman = (await isPodman()) ? "Podman builds images without a health check" : undefined
const missing = podman ?? (await nodeImageMissing())
if (missing !== podman && process.env["CI"]) throw new Error(missing)

await describeWithEngine(
  "the image of demo/Dockerfile",
  () => {
    const image = `${uniqueName("dockerfile")}:latest`
    const [container = ""] = image.split(":").map((part) => part.replace("/", "-"))
    const LOCKED = ["--network", "none", "--read-only", "--cap-drop", "ALL"]
    let base: string

    beforeAll(async () => {
      base = await nodeImage()
      const env = { ...process.env, DOCKER_BUILDKIT: "0" }
      const flags = ["--network", "none", "--force-rm", "--build-arg", `NODE_IMAGE=${base}`, "--tag", image]
      const args = ["build", ...flags, "--file", join(ROOT, "demo", "Dockerfile"), ROOT]
      await promisify(execFile)("docker", args, { env, maxBuffer: 64 * 1024 * 1024 })
    }, BUILD_MS)
    afterAll(async () => {
      await docker("rm", "--force", container)
      await docker("volume", "rm", "--force", container)
      await removeImages(image, ...(await stagesOn(base)), base)
    })

    /** Runs this in the container, whose server nobody outside of it reaches. Prints what `value` is. */
    const inside = async (value: string): Promise<unknown> =>
      JSON.parse(
        await docker(
          "exec",
          container,
          "node",
          "--input-type=module",
          "--eval",
          `console.log(JSON.stringify(${value}))`,
        ),
      )
    const state = (what: string) => docker("inspect", "--format", `{{json .State.${what}}}`, container)

    it("takes any command of the program", async () => {
      expect(await docker("run", "--rm", ...LOCKED, image, "--version")).toMatch(/^\d+\.\d+\.\d+$/)
    })

    it("wants users when it is given a command of one's own", async () => {
      const run = docker("run", "--rm", ...LOCKED, image, "serve", "--dir", "/var/lib/oci-store")
      await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("auth.users") })
    })

    it("serves as it is, read-only and without any right, and is healthy", async () => {
      const volume = `${container}:/var/lib/oci-store`
      const flags = ["--tmpfs", "/tmp", "--volume", volume, "--health-interval", "1s"]
      await docker("run", "--detach", "--name", container, ...LOCKED, ...flags, image)
      await expect.poll(() => state("Health.Status"), { timeout: 60_000 }).toBe('"healthy"')
      expect(await docker("logs", container)).toBe("")
      expect(await inside(`(await fetch("http://127.0.0.1:5000/readyz")).status`)).toBe(200)
    })

    it("is one process, Node, of the user 1000", async () => {
      const facts = `[process.getuid(), (await import("node:fs")).readlinkSync("/proc/1/exe")]`
      expect(await inside(facts)).toEqual([1000, "/usr/local/bin/node"])
    })

    it("keeps a blob in its volume", async () => {
      const digest = createHash("sha256").update("a blob").digest("hex")
      const blobs = "http://127.0.0.1:5000/v2/team/app/blobs"
      const post = `fetch("${blobs}/uploads/?digest=sha256:${digest}", { method: "POST", body: "a blob" })`
      expect(await inside(`(await ${post}).status`)).toBe(201)
      const path = `/var/lib/oci-store/docker/registry/v2/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`
      expect(await inside(`(await import("node:fs")).readFileSync("${path}", "utf8")`)).toBe("a blob")
    })

    it("stops with 0 on SIGTERM", async () => {
      // After this many seconds Docker would kill it, and the exit code be another.
      await docker("stop", "--time", "30", container)
      expect(await state("ExitCode")).toBe("0")
    })
  },
  "classic",
  missing,
)

/** What the builder leaves of the stages before the last. */
async function stagesOn(base: string): Promise<string[]> {
  const id = await docker("inspect", "--format", "{{.Id}}", base)
  const unnamed = await docker("images", "--quiet", "--filter", "dangling=true")
  const stages = []
  for (const image of unnamed.split("\n").filter(Boolean)) {
    const history = await docker("history", "--no-trunc", "--quiet", image)
    if (history.includes(id)) stages.push(image)
  }
  return stages
}
