import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Io } from "../../../../src/cli/io.ts"
import { createStatus } from "../../../../src/cli/progress/status.ts"
import { NO_BYTES } from "../../../support/no-bytes.ts"

let written: string

beforeEach(() => {
  written = ""
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

const ioOf = (isTTY: boolean): Io => {
  const output = { isTTY, columns: 20, write: (text: string) => (written += text) }
  return {
    stdout: output,
    stderr: output,
    env: {},
    cwd: "/",
    onSignal: () => () => undefined,
    onReload: () => () => undefined,
    ...NO_BYTES,
    readSecret: () => Promise.reject(new Error("nobody types")),
  }
}
const CLEAR = "\r\u001B[K"

describe("on a terminal", () => {
  it("is drawn over, cut to the width, not more often than the eye sees", () => {
    let done = 0
    const status = createStatus(ioOf(true), true, () => `${done} of a great many objects`)
    for (done = 1; done < 5; done += 1) status.update()
    expect(written).toBe("")
    vi.advanceTimersByTime(100)
    status.update()
    vi.advanceTimersByTime(100)
    expect(written).toBe(`${CLEAR}5 of a great many o`.repeat(2))
  })

  it("makes room for a line, and is gone in the end", () => {
    const status = createStatus(ioOf(true), true, () => "1 of 2")
    status.update()
    vi.advanceTimersByTime(100)
    status.line("a warning")
    status.update()
    vi.advanceTimersByTime(100)
    status.close()
    status.update()
    vi.advanceTimersByTime(100)
    expect(written).toBe(`${CLEAR}1 of 2${CLEAR}a warning\n${CLEAR}1 of 2${CLEAR}`)
  })
})

it("is a line now and then where nothing can be drawn over", () => {
  const status = createStatus(ioOf(false), true, () => "1 of 2")
  for (let second = 0; second < 11; second += 1) {
    status.update()
    vi.advanceTimersByTime(1000)
  }
  status.close()
  expect(written).toBe("1 of 2\n1 of 2\n")
})

it("is nothing where it is not wanted, but for the lines", () => {
  const status = createStatus(ioOf(true), false, () => "1 of 2")
  status.update()
  vi.advanceTimersByTime(100)
  status.line("a warning")
  status.close()
  expect(written).toBe("a warning\n")
})
