/**
 * What may be done, each really tried on a small object outside the registry's layout.
 *
 * Where nothing may be deleted the object has always the same name, so that at most one stays behind.
 * @module
 */
import { randomUUID } from "node:crypto"
import {
  isStorageError,
  type StorageDriver,
  type StorageError,
  type StorageErrorCode,
} from "../storage/driver.ts"
import type { Finding } from "../storage/diagnosis.ts"
import { type Check, skipped } from "./check.ts"
import type { ExaminedStore } from "./store.ts"

const FOLDER = "oci-store/doctor"

/** The name of what cannot be deleted. */
const LASTING = `${FOLDER}/probe`

const needs = ["Settings", "Store"]

export const WRITE_CHECK: Check<ExaminedStore> = { title: "Write", needs, run: checkWrite }
export const READ_CHECK: Check<ExaminedStore> = { title: "Read", needs, run: checkRead }
export const DELETE_CHECK: Check<ExaminedStore> = { title: "Delete", needs, run: checkDelete }

/** What is written, time after time: never twice the same, since the same bytes may have the same etag. */
export function content(): Buffer {
  return Buffer.from(`oci-store doctor ${randomUUID()}\n`)
}

async function checkWrite(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Write"
  if (store.question.readOnly) return [skipped(title, "not tried, because of: --read-only")]
  const driver = await store.driver()
  const stays = await isDenied(driver.delete(LASTING, { signal }))
  const key = stays ? LASTING : `${FOLDER}/${randomUUID()}`
  try {
    // From here on it may be there, whatever becomes of the answer.
    store.trial = { key, stays }
    await driver.write(key, content(), { signal, ifAbsent: !stays })
    return [{ title, level: "ok", text: "allowed" }]
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED", ...REFUSED_TO_NOBODY)) throw error
    store.trial = undefined
    const isThere = stays && (await driver.stat(key, { signal }).catch(() => undefined))
    return [{ title, level: "warning", text: isThere ? notReplaced(key) : notWritten(error) }]
  }
}

function notWritten(error: StorageError): string {
  if (error.code !== "ACCESS_DENIED") return "denied to who has not signed in: nothing can be pushed here"
  return `denied: nothing can be pushed here, which a pull does not need. (${error.message})`
}

/** Where replacing counts as deleting, as at Google's, an earlier object is in the way. */
function notReplaced(key: string): string {
  return `denied for ${key}, which an earlier doctor left there: nothing that is there can be replaced, such as a tag, and perhaps nothing be written`
}

/** How a public bucket refuses who has not signed in. Who reads was let in. */
const REFUSED_TO_NOBODY: readonly StorageErrorCode[] = ["CREDENTIALS", "NO_SUCH_BUCKET"]

async function checkRead(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Read"
  const driver = await store.driver()
  const key = store.trial?.key ?? store.firstKey
  try {
    await readWhole(driver, key ?? LASTING, signal)
    return [{ title, level: "ok", text: "allowed" }]
  } catch (error) {
    if (isStorageError(error, "NOT_FOUND") && key === undefined) {
      return [{ title, level: "ok", text: "allowed, as far as can be told: there is no image to read yet" }]
    }
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    if (key !== undefined || !store.question.readOnly) {
      return [
        { title, level: "failure", text: `denied: neither pulls nor pushes work. (${error.message})`, error },
      ]
    }
    const text =
      "cannot be told: there is no object to read that could be listed, and --read-only forbids to write one"
    return [{ title, level: "warning", text }]
  }
}

async function checkDelete(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Delete"
  const { trial, question } = store
  if (question.readOnly) return [skipped(title, "not tried, because of: --read-only")]
  if (!trial) return [skipped(title, "not tried: nothing could be written")]
  try {
    await (await store.driver()).delete(trial.key, { signal })
    store.trial = undefined
    return [{ title, level: "ok", text: "allowed" }]
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    trial.stays = true
    const meaning = question.backend.diagnosis?.withoutDelete ?? "pushes and pulls do not need it"
    const leftBehind = `${String(question.options["root-dir"] ?? "")}/${trial.key}`.replace(
      /^\/+|(\/)\/+/g,
      "$1",
    )
    const text = `denied: ${meaning}. What was written to try stays behind: ${leftBehind}`
    return [{ title, level: "warning", text, facts: { leftBehind } }]
  }
}

async function readWhole(driver: StorageDriver, key: string, signal: AbortSignal): Promise<void> {
  const { body } = await driver.read(key, { signal })
  for await (const chunk of body) void chunk
}

async function isDenied(attempt: Promise<void>): Promise<boolean> {
  try {
    await attempt
    return false
  } catch (error) {
    if (isStorageError(error, "ACCESS_DENIED", ...REFUSED_TO_NOBODY)) return true
    throw error
  }
}
