import { describe, expect, it } from "vitest"
import { createLog, type LogOptions } from "../../../src/server/log.ts"

function lines(options: Partial<LogOptions>, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const written: string[] = []
  use(createLog({ level: "info", format: "json", write: (line) => written.push(line), ...options }))
  return written
}

describe("json", () => {
  it("is one object a line, with level, time, msg and the fields", () => {
    const [line = "", ...more] = lines({}, (log) => log.warn("careful", { port: 5000, user: undefined }))
    expect(more).toEqual([])
    expect(line.endsWith("}\n")).toBe(true)
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>
    expect(rest).toEqual({ level: "warn", msg: "careful", port: 5000 })
    expect(new Date(String(time)).toISOString()).toBe(time)
  })
})

describe("text", () => {
  const text = (fields: Record<string, string | number>): string =>
    lines({ format: "text" }, (log) => log.info("request", fields))[0]?.replace(/^\S+ /, "") ?? ""

  it("is time, level, message and pairs", () => {
    expect(text({ method: "GET", path: "/v2/a/tags/list", status: 200 })).toBe(
      "INFO request method=GET path=/v2/a/tags/list status=200\n",
    )
  })

  it.each(["two words", 'a"b', "a=b", "line\nINFO forged", "\u001b[31m", ""])("quotes %j", (value) => {
    expect(text({ path: value })).toBe(`INFO request path=${JSON.stringify(value)}\n`)
  })
})

it("says nothing below its level", () => {
  const say = (log: ReturnType<typeof createLog>): void => {
    for (const level of ["debug", "info", "warn", "error"] as const) log[level](level)
  }
  expect(lines({ level: "debug" }, say)).toHaveLength(4)
  expect(lines({ level: "warn" }, say)).toHaveLength(2)
  expect(lines({ level: "error" }, say)).toHaveLength(1)
})
