/**
 * Whether the store answers, and lets itself be listed.
 * @module
 */
import { repositoriesRoot } from "../registry/layout.ts"
import type { Finding } from "../storage/diagnosis.ts"
import { isStorageError, type StorageDriver, StorageError } from "../storage/driver.ts"
import type { Check } from "./check.ts"
import type { ExaminedStore } from "./store.ts"

export const STORE_CHECK: Check<ExaminedStore> = { title: "Store", needs: ["Settings"], run: checkStore }

/** For a server that lets itself be asked and says nothing. */
export function silentStore({ backend, location }: ExaminedStore["question"], seconds: number): StorageError {
  const sentence = `The ${backend.container} ${location} gives no answer within ${seconds} s: check the endpoint, and the network.`
  return new StorageError("UNAVAILABLE", sentence, { driver: backend.name })
}

async function checkStore(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const { backend, location } = store.question
  const driver = await store.driver()
  const title = "Store"
  const text = `the ${backend.container} ${location} is there`
  try {
    store.firstKey = await firstKey(driver, repositoriesRoot, signal)
    store.answers = true
    store.mayList = true
    return [
      { title, level: "ok", text },
      { title: "List", level: "ok", text: "allowed" },
    ]
  } catch (error) {
    store.answers = isStorageError(error) && error.code !== "UNAVAILABLE"
    if (isStorageError(error, "NO_SUCH_BUCKET") && backend.container === "folder") {
      return [{ title, level: "warning", text: `${error.message} The first push makes it.`, error }]
    }
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    return [{ title, level: "ok", text }, listDenied(backend.diagnosis?.withoutList, error)]
  }
}

function listDenied(meaning: string | undefined, error: Error): Finding {
  const text = `denied: ${meaning ?? "what is not there cannot be told from what is hidden"}. (${error.message})`
  return { title: "List", level: "warning", text }
}

export async function firstKey(
  driver: StorageDriver,
  prefix: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for await (const { key } of driver.list(prefix, { signal })) return key
  return undefined
}
