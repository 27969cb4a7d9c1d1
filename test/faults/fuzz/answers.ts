/**
 * What must be true of every answer.
 * @module
 */
import { REGISTRY_ERRORS } from "../../../src/oci/errors.ts"

export interface Answered {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** @throws Error for an answer that no client should get */
export function checkAnswer(method: string, { status, type, body }: Answered, most = 499): void {
  if (status < 200 || status > most) throw new Error(`status ${status}: ${body.slice(0, 300)}`)
  if (status < 400 || method === "HEAD") return
  if (!type.startsWith("application/json")) throw new Error(`status ${status} of type '${type}'`)
  const { errors } = JSON.parse(body) as { readonly errors: readonly Record<string, unknown>[] }
  if (!Array.isArray(errors) || errors.length === 0) throw new Error(`no errors in ${body}`)
  for (const { code, message } of errors) {
    if (typeof code !== "string" || !Object.hasOwn(REGISTRY_ERRORS, code))
      throw new Error(`no code in ${body}`)
    if (typeof message !== "string" || message === "") throw new Error(`no message in ${body}`)
  }
}

/** @throws Error if something has been given to every object */
export function checkPrototypes(): void {
  const added = [...Object.keys(Object.prototype), ...Object.keys(Array.prototype)]
  if (added.length > 0) throw new Error(`every object has now ${added.join(", ")}`)
}
