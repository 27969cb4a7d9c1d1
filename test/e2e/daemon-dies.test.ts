/**
 * A daemon that is killed in mid-transfer: the tag stays where it was, nothing of the transfer is in the store, and the next run
 * succeeds.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { run, start, succeed } from "../support/cli.ts"
import { describeWithEngine } from "../support/docker.ts"
import {
  addImage,
  type PrivateDocker,
  privateDockerMissing,
  startPrivateDocker,
} from "../support/private-docker.ts"
import { keysOf, STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024
const IMAGE = "oci-store-test/dying:latest"

await describeWithEngine(
  "a daemon that dies",
  () => {
    describe.each(STORES)("$name", ({ open }) => {
      let store: TestStore
      let engine: PrivateDocker

      beforeAll(async () => {
        store = await open()
        engine = await startPrivateDocker()
        await addImage(engine, IMAGE, {
          layers: ["a", "b"].map((seed) => ({ bytes: 100 * MiB, seed: `dying ${seed}` })),
        })
      })
      afterAll(async () => {
        await engine[Symbol.asyncDispose]()
        await store[Symbol.asyncDispose]()
      })

      const args = (command: string) => [
        ...store.backend,
        command,
        "-vv",
        "--host",
        engine.host,
        "--image",
        IMAGE,
        store.reference("app:v1"),
      ]
      // Only the registry transport gives the image another name for a while.
      const temporaryNames = () => (store.backend.includes("archive") ? 0 : 1)
      // An archive is asked for in one request, before or in which the daemon dies.
      const died =
        /^Error: (The Docker daemon at unix:\S+ hung up: could not (push|pull|save|load) .* Is it still running\?\nHint: .*docker ps|Cannot connect to the Docker daemon at unix:\S+: .*`docker ps`$)/m

      it("in mid-push: 3, and nothing in the store", async () => {
        const push = start(args("push"), store.env)
        await push.says(/blobs\/uploads\/ 202|layers are read here/)
        await engine.kill()
        const { code, stdout, stderr } = await push.outcome
        expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
        expect(stderr).toMatch(died)
        expect(
          stderr.match(/^Warning: .*`docker rmi 127\.0\.0\.1:\d+\/app:v1` removes it/gm) ?? [],
        ).toHaveLength(temporaryNames())
        expect(await keysOf(store)).toEqual([])
        expect(await store.leftovers()).toEqual([])
      })

      it("in mid-pull: 3, and the daemon has no half image", async () => {
        await engine.restart()
        await succeed(args("push"), store.env)
        await removeAll(engine)
        const before = await keysOf(store)
        const pull = start(args("pull"), store.env)
        await pull.says(/\/manifests\/sha256:|as an archive/)
        await engine.kill()
        const { code, stdout, stderr } = await pull.outcome
        expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
        expect(stderr).toMatch(died)
        expect(await keysOf(store)).toEqual(before)
        await engine.restart()
        expect(await engine.docker("images", "--all", "--quiet")).toBe("")
        expect((await run(args("pull"), store.env)).code).toBe(0)
        expect(await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).toBe(IMAGE)
      })
    })
  },
  undefined,
  await privateDockerMissing(),
)

/** The names that the killed push could not remove among them. */
async function removeAll(engine: PrivateDocker): Promise<void> {
  const ids = (await engine.docker("images", "--all", "--quiet")).split("\n")
  await engine.docker("rmi", "--force", ...new Set(ids))
}
