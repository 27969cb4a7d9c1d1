/**
 * Whether the store honours the conditions of a write, really tried: some servers take them and overwrite all the same.
 * @module
 */
import type { Finding } from "../storage/diagnosis.ts"
import { isStorageError, type StorageDriver, type WriteOptions } from "../storage/driver.ts"
import { type Check, skipped } from "./check.ts"
import { content } from "./permissions.ts"
import type { ExaminedStore } from "./store.ts"

export const CONDITIONS_CHECK: Check<ExaminedStore> = {
  title: "Conditional writes",
  needs: ["Settings", "Store", "Write"],
  run: checkConditions,
}

const MEANING = "immutable tags and referrers cannot be relied on; pushes and pulls do not need it"

async function checkConditions(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Conditional writes"
  const { trial, question } = store
  if (question.readOnly) return [skipped(title, "not tried, because of: --read-only")]
  if (!trial) return [skipped(title, "not tried: nothing could be written")]
  const driver = await store.driver()
  const attempt = (options: WriteOptions) => write(driver, trial.key, { ...options, signal })
  try {
    const createOnly = (await attempt({ ifAbsent: true })) === undefined
    // Whichever version is there now, this one is replaced.
    const ifMatch = (await driver.stat(trial.key, { signal }))?.etag ?? ""
    const replaced = (await attempt({ ifMatch })) !== undefined
    const compareAndSwap = replaced && (await attempt({ ifMatch })) === undefined
    return [describe({ createOnly, compareAndSwap }, driver.looksBeforeWriting ?? false)]
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    const text = `replacing what is there is denied: tags that exist cannot be moved. (${error.message})`
    return [{ title, level: "warning", text }]
  }
}

function describe(facts: { createOnly: boolean; compareAndSwap: boolean }, looks: boolean): Finding {
  const title = "Conditional writes"
  if (looks) {
    const text = `refused by the server, and replaced by a look before each write: ${MEANING}`
    return { title, level: "warning", text, facts: { createOnly: false, compareAndSwap: false } }
  }
  const ignored = [
    ...(facts.createOnly ? [] : ["create-only"]),
    ...(facts.compareAndSwap ? [] : ["compare-and-swap"]),
  ]
  if (ignored.length === 0) {
    return { title, level: "ok", text: "honoured: create-only and compare-and-swap", facts }
  }
  return { title, level: "warning", text: `ignored by the server (${ignored.join(", ")}): ${MEANING}`, facts }
}

/** The new etag, or undefined where the condition did not hold. */
async function write(driver: StorageDriver, key: string, options: WriteOptions): Promise<string | undefined> {
  try {
    return (await driver.write(key, content(), options)).etag
  } catch (error) {
    if (isStorageError(error, "PRECONDITION_FAILED")) return undefined
    throw error
  }
}
