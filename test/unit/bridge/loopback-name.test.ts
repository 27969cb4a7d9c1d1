import { describe, expect, it } from "vitest"
import { withLoopbackName } from "../../../src/bridge/loopback-name.ts"
import type { TransferEvent } from "../../../src/bridge/events.ts"

const name = "127.0.0.1:5000/app:v1"

/** A daemon that makes the name as late as `after` milliseconds. */
function daemon(after: number) {
  const names = new Set<string>()
  const made = new Promise<void>((resolve) => setTimeout(() => resolve(void names.add(name)), after))
  const remove = async (gone: string) => names.delete(gone)
  return { names, made, untagImage: remove, removeUnnamed: async (id: string) => void (await remove(id)) }
}

describe("the loopback name", () => {
  const options = { name, keep: false, last: "remove", onEvent: () => undefined } as const

  it("is gone after the work, or kept when wanted", async () => {
    for (const keep of [false, true]) {
      const engine = daemon(0)
      expect(await withLoopbackName(engine, { ...options, keep }, () => engine.made.then(() => "done"))).toBe(
        "done",
      )
      expect(engine.names.has(name)).toBe(keep)
    }
  })

  it("is gone after a failure, although the daemon makes it late", async () => {
    const engine = daemon(100)
    const failing = withLoopbackName(engine, { ...options, keep: true }, () =>
      Promise.reject(new Error("broken off")),
    )
    await expect(failing).rejects.toThrow("broken off")
    await engine.made
    expect([...engine.names]).toEqual([])
  })

  it("takes an image with it that was left without a name", async () => {
    for (const isDone of [false, true]) {
      const engine = daemon(1000)
      engine.names.add("sha256:1")
      const work = () => (isDone ? Promise.resolve() : Promise.reject(new Error("broken off")))
      await withLoopbackName(engine, { ...options, makes: "sha256:1" }, work).catch(() => undefined)
      expect([...engine.names]).toEqual(isDone ? ["sha256:1"] : [])
    }
  })

  it("is named when it cannot be removed, which hides no failure", async () => {
    const events: TransferEvent[] = []
    const gone = () => Promise.reject(new Error("daemon gone"))
    const engine = { untagImage: gone, removeUnnamed: gone }
    const failing = withLoopbackName(engine, { ...options, onEvent: (event) => events.push(event) }, () =>
      Promise.reject(new Error("broken off")),
    )
    await expect(failing).rejects.toThrow("broken off")
    const text = `The temporary name ${name} may be left in the daemon: \`docker rmi ${name}\` removes it. (daemon gone)`
    expect(events).toEqual([{ type: "warning", text }])
  })
})
