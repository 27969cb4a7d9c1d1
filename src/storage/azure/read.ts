/**
 * What an object is, and its bytes: one request each.
 * @module
 */
import { Readable } from "node:stream"
import type { MemoryBudget } from "../budget.ts"
import { type Cancellable, type ObjectRead, type ObjectStat, type ReadOptions } from "../driver.ts"
import { type OpenedBody, type OpenOptions, readRemote } from "../remote-read.ts"
import { statRemote } from "../remote-stat.ts"
import type { AzureContainer } from "./container.ts"

export function statObject(
  container: AzureContainer,
  key: string,
  { signal }: Cancellable = {},
): Promise<ObjectStat | undefined> {
  return statRemote(container, key, async () => {
    const found = await container.call({ key, signal }, (handling) =>
      container.blob(key).getProperties(handling),
    )
    return { length: found.contentLength, etag: found.etag, modified: found.lastModified }
  })
}

export function readObject(
  container: AzureContainer,
  key: string,
  options: ReadOptions,
  budget: MemoryBudget,
): Promise<ObjectRead> {
  return readRemote({
    ...options,
    budget,
    open: (request) => open(container, key, request),
    describe: (error) => container.describe(error, key),
  })
}

async function open(
  container: AzureContainer,
  key: string,
  { range, ifMatch, signal }: OpenOptions,
): Promise<OpenedBody> {
  const count = range?.end === undefined ? undefined : range.end - range.start + 1
  const answer = await container.call({ key, signal }, (handling) =>
    container.blob(key).download(range?.start ?? 0, count, {
      ...handling,
      maxRetryRequests: 0, // resumed by us
      ...(ifMatch && { conditions: { ifMatch } }),
    }),
  )
  const body = answer.readableStreamBody
  if (!(body instanceof Readable)) throw container.error("NOT_A_STORE", `There is no body for ${key}.`, key)
  try {
    const length = container.expect(answer.contentLength, "length", key)
    const total = /\/(\d+)$/.exec(answer.contentRange ?? "")?.[1]
    if (range && total === undefined) {
      throw container.error("UNSUPPORTED", `The store ignores byte ranges, for ${key}.`, key)
    }
    const size = total === undefined ? length : Number(total)
    // Azure refuses; Azurite gives nothing.
    if (range && range.start >= size) {
      throw container.error("INVALID_RANGE", `${key} has no bytes in the range asked for.`, key)
    }
    return {
      body,
      length,
      size,
      etag: container.expect(answer.etag, "ETag", key),
      modified: container.expect(answer.lastModified, "Last-Modified", key),
    }
  } catch (error) {
    body.destroy()
    throw error
  }
}
