import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { TransferEvent } from "../../../../src/bridge/events.ts"
import { type Frame, renderFrame } from "../../../../src/cli/progress/lines.ts"
import { createProgress } from "../../../../src/cli/progress/progress.ts"
import type { Layer } from "../../../../src/cli/progress/tracker.ts"
import { NO_BYTES } from "../../../support/no-bytes.ts"

const totals = { engine: { done: 50e6, size: 100e6 }, store: { done: 20e6, size: 60e6 } }

const frame = (layers: readonly Layer[], changes: Partial<Frame> = {}) =>
  renderFrame({
    direction: "push",
    other: "the daemon",
    layers,
    totals,
    seconds: 5,
    width: 99,
    height: 20,
    ...changes,
  })

const layer = (id: string, changes: Partial<Layer> = {}): Layer => ({
  id,
  status: "Pushing",
  finished: false,
  ...changes,
})

describe("a frame", () => {
  it("has a bar for each layer, and a total of both legs", () => {
    const lines = frame([
      layer("aaaaaaaaaaaa", { engine: { done: 5e6, size: 10e6 }, store: { done: 2e6, size: 9e6 } }),
      layer("bbbbbbbbbbbb", { status: "Pushed", finished: true, engine: { done: 1, size: 1 } }),
      { id: "cccccccccccc", finished: false, store: { done: 9e6, size: 9e6 } },
      layer("dddddddddddd", { status: "Preparing" }),
    ])
    expect(lines).toEqual([
      "aaaaaaaaaaaa  Pushing             [============>           ]  5.0 MB / 10.0 MB, 2.0 MB stored",
      "bbbbbbbbbbbb  Pushed",
      "cccccccccccc  Storing             [========================]  9.0 MB / 9.0 MB",
      "dddddddddddd  Preparing",
      "Total         50.0 MB of 100 MB from the daemon, 20.0 MB stored, 10.0 MB/s",
    ])
  })

  it("says of a pull what is read and what the daemon has of it", () => {
    expect(frame([], { direction: "pull" })).toEqual([
      "Total         50.0 MB of 100 MB to the daemon, 20.0 MB read, 10.0 MB/s",
    ])
  })

  it("is silent about stored blobs of which the daemon does not speak", () => {
    expect(frame([{ id: "config", finished: true, store: { done: 1, size: 1 } }])).toHaveLength(1)
  })

  it.each([20, 40, 60, 79, 200])("fits into %d columns", (width) => {
    const moving = { done: 123e6, size: 456e6 }
    const lines = frame([layer("aaaaaaaaaaaa", { engine: moving, store: moving })], { width })
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
  })

  it.each([1, 2, 3, 4, 10])("fits into %d lines, at the cost of what is done", (height) => {
    const layers = Array.from({ length: 12 }, (_, index) => layer(`${index}`, { finished: index < 10 }))
    const lines = frame(layers, { height })
    expect(lines.length).toBeLessThanOrEqual(Math.max(height, 2))
    if (height >= 4)
      expect(lines.slice(-3, -1)).toEqual([expect.stringMatching(/^10/), expect.stringMatching(/^11/)])
    expect(lines.at(-1)).toMatch(/^Total/)
  })
})

describe("on its way to the screen", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const pushing = (id: string, current: number): TransferEvent => ({
    type: "engine",
    progress: { type: "layer", id, status: "Pushing", current, total: 100 },
  })
  const pushed = (id: string): TransferEvent => ({
    type: "engine",
    progress: { type: "layer", id, status: "Pushed" },
  })

  function open({ isTTY = false, enabled = true, env = {}, columns = 80, rows = 24 }) {
    let written = ""
    const stderr = { isTTY, columns, rows, write: (text: string) => (written += text) }
    const io = {
      stdout: stderr,
      stderr,
      env,
      cwd: "/",
      onSignal: () => () => undefined,
      onReload: () => () => undefined,
      ...NO_BYTES,
      readSecret: () => Promise.resolve(""),
    }
    const progress = createProgress(io, { direction: "push", other: "the daemon", enabled })
    /** What was written since, with the escape character as ESC. */
    const take = () => {
      const text = written.replaceAll("\u001B", "ESC")
      written = ""
      return text
    }
    return { progress, take }
  }

  it("draws over itself, seldom, and leaves nothing behind", () => {
    const { progress, take } = open({ isTTY: true })
    for (let current = 0; current < 100; current++) progress.show(pushing("a", current))
    expect(take()).toBe("")
    vi.advanceTimersByTime(100)
    expect(take()).toMatch(/^ESC\[\?25la .*\nTotal .*\n$/)
    progress.show(pushing("a", 100))
    vi.advanceTimersByTime(100)
    expect(take()).toMatch(/^ESC\[2A\rESC\[Ja .*\nTotal .*\n$/)
    progress.close()
    expect(take()).toBe("ESC[2A\rESC[JESC[?25h")
    progress[Symbol.dispose]()
    progress.show(pushing("a", 100))
    vi.advanceTimersByTime(1000)
    expect(take()).toBe("")
    progress.line("afterwards")
    expect(take()).toBe("afterwards\n")
  })

  it("does not believe a terminal that has no size", () => {
    const { progress, take } = open({ isTTY: true, columns: 0, rows: 0 })
    progress.show(pushing("a", 1))
    progress.show(pushing("b", 1))
    vi.advanceTimersByTime(100)
    expect(take().split("\n")).toHaveLength(4)
  })

  it("puts talk above the drawing", () => {
    const { progress, take } = open({ isTTY: true })
    progress.line("before")
    expect(take()).toBe("before\n")
    progress.show(pushing("a", 1))
    vi.advanceTimersByTime(100)
    take()
    progress.line("Warning: x")
    expect(take()).toMatch(/^ESC\[2A\rESC\[JWarning: x\n.*a .*\nTotal .*\n$/s)
    progress.close()
  })

  it.each([
    ["no terminal", {}],
    ["a build server", { isTTY: true, env: { CI: "true" } }],
    ["a dumb terminal", { isTTY: true, env: { TERM: "dumb" } }],
  ])("writes few plain lines to %s", (_, options) => {
    const { progress, take } = open(options)
    for (let second = 0; second < 12; second++) {
      for (let current = 0; current < 100; current++) progress.show(pushing("a", current))
      vi.advanceTimersByTime(1000)
    }
    progress.show(pushed("a"))
    progress.show(pushed("a"))
    const lines = take().split("\n").slice(0, -1)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/from the daemon/)
    expect(lines[2]).toBe("a: Pushed")
  })

  it("shows nothing if it is not wanted, and still lets talk through", () => {
    const { progress, take } = open({ isTTY: true, enabled: false })
    progress.show(pushed("a"))
    vi.advanceTimersByTime(1000)
    expect(take()).toBe("")
    progress.line("Warning: x")
    expect(take()).toBe("Warning: x\n")
  })
})
