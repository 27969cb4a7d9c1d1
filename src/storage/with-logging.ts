/**
 * A driver that tells of every call.
 * @module
 */
import {
  StorageError,
  type ByteRange,
  type ObjectStat,
  type ObjectUpload,
  type StorageDriver,
  type StorageErrorCode,
} from "./driver.ts"

export interface DriverCall {
  readonly driver: string
  readonly operation: "stat" | "read" | "write" | "list" | "delete" | "commit" | "abort" | "move"
  /** The first one, when there are several. */
  readonly key: string
  /** Bytes written, or to be read. */
  readonly bytes?: number | undefined
  /** Until the answer; for uploads since they were created. */
  readonly milliseconds: number
  readonly outcome: "done" | "absent" | "failed" | StorageErrorCode
}

/** @param driver an object of functions, which need no `this` */
export function withLogging(driver: StorageDriver, log: (call: DriverCall) => void): StorageDriver {
  type Result = { readonly bytes?: number | undefined; readonly outcome?: "absent" }

  const tell = (call: Omit<DriverCall, "driver" | "milliseconds">, started: number) =>
    log({ driver: driver.name, ...call, milliseconds: performance.now() - started })

  const logged = async <T>(
    operation: DriverCall["operation"],
    key: string,
    run: () => Promise<T>,
    describe: (result: T) => Result = () => ({}),
    started = performance.now(),
  ): Promise<T> => {
    try {
      const result = await run()
      tell({ operation, key, outcome: "done", ...describe(result) }, started)
      return result
    } catch (error) {
      tell({ operation, key, outcome: outcomeOf(error) }, started)
      throw error
    }
  }

  const loggedUpload = (key: string, upload: ObjectUpload): ObjectUpload => {
    const started = performance.now()
    const describe = () => ({ bytes: upload.size })
    let isOver = false
    const end = (operation: "commit" | "abort", run: () => Promise<void>) => {
      if (isOver) return run()
      isOver = true
      return logged(operation, key, run, describe, started)
    }
    return {
      get size() {
        return upload.size
      },
      append: (source) => upload.append(source),
      commit: (options) => end("commit", () => upload.commit(options)),
      abort: () => end("abort", () => upload.abort()),
      [Symbol.asyncDispose]: () => end("abort", async () => upload[Symbol.asyncDispose]()),
    }
  }

  return {
    ...driver, // what is not told below asks the store for nothing, or hardly ever
    get looksBeforeWriting() {
      return driver.looksBeforeWriting ?? false
    },
    stat: (key, options) => logged("stat", key, () => driver.stat(key, options), absence),
    read: (key, options) =>
      logged(
        "read",
        key,
        () => driver.read(key, options),
        ({ size }) => ({ bytes: lengthOf(size, options?.range) }),
      ),
    write: (key, body, options) =>
      logged(
        "write",
        key,
        () => driver.write(key, body, options),
        () => ({ bytes: body.byteLength }),
      ),
    async *list(prefix, options) {
      const started = performance.now()
      let outcome: DriverCall["outcome"] = "done"
      try {
        yield* driver.list(prefix, options)
      } catch (error) {
        outcome = outcomeOf(error)
        throw error
      } finally {
        tell({ operation: "list", key: prefix, outcome }, started)
      }
    },
    delete: (keys, options) => logged("delete", [keys].flat()[0] ?? "", () => driver.delete(keys, options)),
    createUpload: async (key, options) => loggedUpload(key, await driver.createUpload(key, options)),
    move: (from, to, options) => logged("move", from, () => driver.move(from, to, options)),
  }
}

function absence(stat: ObjectStat | undefined) {
  return stat ? {} : ({ outcome: "absent" } as const)
}

function lengthOf(size: number, range: ByteRange | undefined): number {
  return Math.min(size, (range?.end ?? Infinity) + 1) - (range?.start ?? 0)
}

function outcomeOf(error: unknown): DriverCall["outcome"] {
  return error instanceof StorageError ? error.code : "failed"
}
