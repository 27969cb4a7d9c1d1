/**
 * Every command line that was ever printed for users works as it stands, with real clients on a real daemon.
 */
import { execFile } from "node:child_process"
import { afterAll, beforeAll, expect, it } from "vitest"
import { describeWithEngine, docker, imageId, loopbackNames, removeImages } from "../support/docker.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { LINES } from "./lines.ts"
import { takenPort } from "./ports.ts"
import { createWorld, PORTS, ROOT, type World } from "./world.ts"

/** What the lines push. */
const NAMES = ["myapp:v1.0", "localhost/myapp:latest", "myimage:latest", "mylocalapp:latest"]

const port = await takenPort(Object.values(PORTS))
const theirs = await docker("images", "--quiet", "myapp:v1.0").catch(() => "")
const obstacle = port
  ? `port ${port} is taken`
  : theirs
    ? "the daemon has a myapp:v1.0 of its own"
    : undefined
if (obstacle && process.env["CI"]) throw new Error(`The printed lines cannot be tried: ${obstacle}`)

await describeWithEngine(`the printed lines${obstacle ? ` (skipped: ${obstacle})` : ""}`, () => {
  let world: World
  let image: RunnableImage

  const run = (line: string) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const env = { ...process.env, ...world.env }
      const child = execFile("bash", ["-c", line], { cwd: ROOT, env }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, said: stdout + stderr }),
      )
    })
  const tag = async () => {
    for (const name of NAMES) await docker("tag", image.name, name)
  }

  beforeAll(async () => {
    if (obstacle) return
    world = await createWorld()
    image = await runnableImage()
    await tag()
  })
  afterAll(async () => {
    if (obstacle) return
    // A printed `docker run` leaves its container.
    const containers = await docker("ps", "--all", "--quiet", "--filter", `ancestor=${image.id}`)
    if (containers) await docker("rm", ...containers.split("\n"))
    await removeImages(image.name, ...NAMES)
    await world[Symbol.asyncDispose]()
  })

  it.skipIf(obstacle).each(LINES)("$line", async ({ line, after, answer }) => {
    const names = await loopbackNames()
    if (after) {
      expect(await run(after)).toMatchObject({ code: 0 })
      await removeImages("myapp:v1.0")
    }
    const { code, said } = await run(line)
    expect({ code, said }).toMatchObject({ code: answer === undefined ? 0 : 2 })
    if (answer !== undefined) expect(said).toContain(answer)
    if (after) expect(await imageId("myapp:v1.0")).toBe(image.id)
    if (line.startsWith("docker run")) expect(said.trim()).toBe(image.marker)
    expect(await loopbackNames()).toEqual(names)
  })
})
