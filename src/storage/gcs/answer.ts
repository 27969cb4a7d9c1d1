/**
 * What answers and failed requests hold: the only place that knows their loose shape.
 * @module
 */
import type { IncomingMessage } from "node:http"
import { field, retryAfter, text } from "../failed-request.ts"

/** Bytes of an error's body that are read: a sentence is enough. */
const LONGEST = 64 * 1024

/** An answer of a status that was not hoped for. */
export class AnswerError extends Error {
  override readonly name = "AnswerError"
  readonly status: number
  /** The store's word for it, such as `rateLimitExceeded`. */
  readonly reason: string | undefined
  /** Milliseconds. */
  readonly retryAfter: number | undefined
  /** A web page, a proxy's word, or JSON of another kind. */
  readonly isForeign: boolean

  constructor(answer: IncomingMessage, body: string) {
    const { "content-type": type = "", "retry-after": after } = answer.headers
    const json = type.includes("json") ? parse(body) : undefined
    const said = errorOf(json)
    const isPage = /^\s*<(?:!doctype|html|head|body)/i.test(body)
    // Refused reads of content are answered with a bare sentence, or XML, in place of JSON.
    super(
      said.message ??
        (isPage
          ? ""
          : body
              .replace(/<[^>]*>/g, " ")
              .replace(/\s+/g, " ")
              .trim()),
    )
    this.status = answer.statusCode ?? 0
    this.reason = said.reason
    this.retryAfter = retryAfter(after)
    this.isForeign = isPage || (json !== undefined && field(json, "error") === undefined)
  }
}

export async function answerError(answer: IncomingMessage): Promise<AnswerError> {
  return new AnswerError(answer, await readText(answer, LONGEST).catch(() => ""))
}

/** The object of an answer in JSON, or undefined for anything else. Rejects if the connection breaks. */
export async function readJson(answer: IncomingMessage): Promise<object | undefined> {
  const value = parse(await readText(answer, Infinity))
  return typeof value === "object" && value !== null ? value : undefined
}

/** An answer is done with: its connection can serve again. */
export function discard(answer: IncomingMessage): void {
  answer.on("error", () => undefined).resume()
}

async function readText(answer: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length > longest) break
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `{ "error": { "message": …, "errors": [{ "reason": … }] } }` */
function errorOf(body: unknown): { message: string | undefined; reason: string | undefined } {
  const error = field(body, "error")
  const errors = field(error, "errors")
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  return { message: text(error, "message"), reason: text(first, "reason") }
}
