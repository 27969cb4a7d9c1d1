/**
 * The server's log: a line for each event, as JSON or as text.
 * @module
 */
import { type LevelWithSilent, pino } from "pino"

/** Never a header, a query, a key or a password. */
type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

type Tell = (message: string, fields?: LogFields) => void

export interface Log {
  readonly debug: Tell
  readonly info: Tell
  readonly warn: Tell
  readonly error: Tell
}

export interface LogOptions {
  readonly level: LevelWithSilent
  readonly format: "json" | "text"
  /** Takes whole lines. */
  readonly write: (text: string) => unknown
}

export function createLog({ level, format, write }: LogOptions): Log {
  const stream = { write: format === "json" ? write : (line: string) => write(asText(line)) }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  const tell =
    (level: keyof Log): Tell =>
    (message, fields = {}) =>
      logger[level](fields, message)
  return { debug: tell("debug"), info: tell("info"), warn: tell("warn"), error: tell("error") }
}

/** `2026-11-21T03:44:11.000Z INFO request method=GET path=/v2/ status=200`. */
function asText(json: string): string {
  const { time, level, msg, ...fields } = JSON.parse(json) as Record<string, unknown>
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quote(String(value))}`)
  return `${String(time)} ${String(level).toUpperCase()} ${String(msg)}${pairs.join("")}\n`
}

/** A value may come from a client: it must not look like another pair, nor like another line. */
function quote(text: string): string {
  return /^[\w./:@+%,*~-]+$/.test(text) ? text : JSON.stringify(text)
}
