/**
 * One request and what must come back, as a row of a table.
 * @module
 */
import { expect } from "vitest"
import type { TestRegistry } from "./registry.ts"

export interface Call {
  readonly does: string
  readonly method?: string
  readonly path: string
  readonly send?: Record<string, string>
  readonly body?: Uint8Array
  readonly status: number
  /** Null: it must not be there. */
  readonly headers?: Record<string, string | null>
  readonly answers?: string | Uint8Array
  /** Of the error in the body. */
  readonly code?: string
}

export async function expectAnswer(
  test: TestRegistry,
  { method = "GET", path, send = {}, body, status, headers = {}, answers, code }: Call,
): Promise<void> {
  const response = await test.app.request(path, {
    method,
    headers: send,
    ...(body && { body: new Uint8Array(body) }),
  })
  const received = Buffer.from(await response.arrayBuffer())
  expect({ status: response.status, body: status < 400 ? "" : received.toString() }).toMatchObject({ status })
  expect(Object.fromEntries(Object.keys(headers).map((name) => [name, response.headers.get(name)]))).toEqual(
    headers,
  )
  if (answers !== undefined) expect(received).toEqual(Buffer.from(answers))
  if (code) expect(JSON.parse(received.toString())).toMatchObject({ errors: [{ code }] })
  expect(test.errors).toEqual([])
}
