/**
 * What an object is, and its bytes: one request each.
 * @module
 */
import type { IncomingMessage } from "node:http"
import type { MemoryBudget } from "../budget.ts"
import {
  isStorageError,
  type ByteRange,
  type Cancellable,
  type ObjectRead,
  type ObjectStat,
  type ReadOptions,
} from "../driver.ts"
import { type OpenedBody, type OpenOptions, readRemote } from "../remote-read.ts"
import { unlessAbsent } from "../remote-stat.ts"
import { discard, readJson } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"
import { isUnfinished, RESOURCE_FIELDS, resourceOf, type Resource } from "./resource.ts"

/** The object's resource, or undefined where there is none, or only a stock registry's upload in progress. */
export function findObject(
  bucket: GcsBucket,
  key: string,
  { signal }: Cancellable = {},
): Promise<Resource | undefined> {
  return unlessAbsent(async () => {
    const found = await bucket.call({ key, signal }, async () => {
      const url = bucket.objectUrl(key, { fields: RESOURCE_FIELDS })
      return readJson(await bucket.send({ method: "GET", url, signal }))
    })
    const resource = resourceOf(bucket, found, key)
    return isUnfinished(resource.contentType) ? undefined : resource
  })
}

export async function statObject(
  bucket: GcsBucket,
  key: string,
  options?: Cancellable,
): Promise<ObjectStat | undefined> {
  const found = await findObject(bucket, key, options)
  return found && { size: found.size, etag: found.generation, modified: found.modified }
}

export function readObject(
  bucket: GcsBucket,
  key: string,
  options: ReadOptions,
  budget: MemoryBudget,
): Promise<ObjectRead> {
  return readRemote({
    ...options,
    budget,
    open: (request) =>
      request.ifMatch === undefined ? open(bucket, key, request) : reopen(bucket, key, request),
    describe: (error) => bucket.describe(error, { key }),
  })
}

/** A version that was replaced meanwhile is still there in a versioned bucket, and absent in others. */
async function reopen(bucket: GcsBucket, key: string, options: OpenOptions): Promise<OpenedBody> {
  try {
    return await open(bucket, key, options)
  } catch (error) {
    if (!isStorageError(error, "NOT_FOUND")) throw error
    const sentence = `${key} in the bucket ${bucket.name} has changed while it was read.`
    throw bucket.error("PRECONDITION_FAILED", sentence, key)
  }
}

async function open(
  bucket: GcsBucket,
  key: string,
  { range, ifMatch: generation, signal }: OpenOptions,
): Promise<OpenedBody> {
  const url = bucket.objectUrl(key, { alt: "media", generation })
  const headers = range && { range: `bytes=${range.start}-${range.end ?? ""}` }
  const body = await bucket.call({ key, signal }, () =>
    bucket.send({ method: "GET", url, signal, ...(headers && { headers }) }),
  )
  try {
    return { body, ...headOf(bucket, key, body, range) }
  } catch (error) {
    discard(body.destroy())
    throw error
  }
}

function headOf(bucket: GcsBucket, key: string, answer: IncomingMessage, range: ByteRange | undefined) {
  const { headers } = answer
  if (isUnfinished(headers["content-type"])) {
    throw bucket.error("NOT_FOUND", `${key} in the bucket ${bucket.name} is an unfinished upload.`, key)
  }
  const total = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1]
  if (range && total === undefined) {
    throw bucket.error("UNSUPPORTED", `The store ignores byte ranges, for ${key}.`, key)
  }
  const generation = bucket.expect(header(answer, "x-goog-generation"), "generation", key)
  const length = Number(bucket.expect(headers["content-length"] ?? header(answer, STORED), "length", key))
  return {
    etag: generation,
    length,
    size: Number(total ?? length),
    // A generation is the time of its writing, in microseconds.
    modified: new Date(headers["last-modified"] ?? Number(generation) / 1000),
  }
}

/** Answers that are sent in chunks have only this length. */
const STORED = "x-goog-stored-content-length"

function header(answer: IncomingMessage, name: string): string | undefined {
  const value = answer.headers[name]
  return typeof value === "string" ? value : undefined
}
