/**
 * Promises about uploads of large objects.
 * @module
 */
import { setImmediate as turn } from "node:timers/promises"
import { expect } from "vitest"
import { chunksOf, collect, MiB, patternedBytes, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { codeOf, keysOf, removing, type Check, type DriverUnderTest } from "./check.ts"

/** A source that gives `size` bytes and then breaks. */
async function* breaking(size: number): AsyncGenerator<Uint8Array> {
  yield* patternedChunks(size)
  throw new Error("the source broke")
}

/** A source that gives a byte and then neither more nor an end. */
async function* stalling(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("x")
  await new Promise(() => undefined)
}

const bufferedBytes = () => process.memoryUsage().arrayBuffers

const roundTrip = ({ driver, partSize }: DriverUnderTest, size: number, declared: boolean) =>
  removing(driver, ["up/object"], async () => {
    let stored = 0
    const onStored = (bytes: number) => (stored += bytes)
    await using upload = await driver.createUpload("up/object", declared ? { size, onStored } : { onStored })
    await upload.append(patternedChunks(size, 100_000))
    expect(upload.size).toBe(size)
    expect(await driver.stat("up/object"), "visible before commit").toBeUndefined()
    expect(await keysOf(driver, "up/"), "listed before commit").toEqual([])
    await upload.commit()
    expect(stored, `acknowledged of ${size} with parts of ${partSize}`).toBe(size)
    const { body, size: readSize } = await driver.read("up/object")
    expect(readSize).toBe(size)
    expect(await sha256Of(body)).toBe(await sha256Of(patternedChunks(size)))
  })

const SIZES: Readonly<Record<string, (part: number) => number>> = {
  "0 bytes": () => 0,
  "1 byte": () => 1,
  "a part less a byte": (part) => part - 1,
  "a part": (part) => part,
  "a part and a byte": (part) => part + 1,
  "three parts and 7 bytes": (part) => 3 * part + 7,
}

export const checks: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    Object.entries(SIZES).flatMap(([name, sizeOf]): [string, Check][] => [
      [`an upload of ${name} is invisible until committed`, (s) => roundTrip(s, sizeOf(s.partSize), false)],
      [`an upload of ${name}, declared, likewise`, (s) => roundTrip(s, sizeOf(s.partSize), true)],
    ]),
  ),

  "append may be called again, also with nothing": ({ driver }) =>
    removing(driver, ["up/many"], async () => {
      await using upload = await driver.createUpload("up/many")
      await upload.append(chunksOf("one ", "", "two "))
      await upload.append(chunksOf())
      await upload.append(chunksOf("three"))
      await upload.commit()
      expect(String(await collect((await driver.read("up/many")).body))).toBe("one two three")
    }),

  "an upload without any append is an empty object": ({ driver }) =>
    removing(driver, ["up/none"], async () => {
      await using upload = await driver.createUpload("up/none")
      await upload.commit()
      expect(await driver.stat("up/none")).toMatchObject({ size: 0 })
    }),

  "committing twice is committing once": ({ driver }) =>
    removing(driver, ["up/twice"], async () => {
      await using upload = await driver.createUpload("up/twice")
      await upload.append(chunksOf("x"))
      await upload.commit()
      const first = await driver.stat("up/twice")
      await upload.commit()
      await upload.abort()
      expect(await driver.stat("up/twice")).toEqual(first)
      expect(await codeOf(upload.append(chunksOf("late")))).toBe("UPLOAD_INVALID")
    }),

  "of two uploads to one key the later commit stays": ({ driver, partSize }) =>
    removing(driver, ["up/both"], async () => {
      await using slow = await driver.createUpload("up/both")
      await using fast = await driver.createUpload("up/both")
      await slow.append(patternedChunks(partSize + 1))
      await fast.append(chunksOf("fast"))
      await slow.commit()
      expect(await driver.stat("up/both")).toMatchObject({ size: partSize + 1 })
      await fast.commit()
      expect(String(await collect((await driver.read("up/both")).body))).toBe("fast")
    }),

  "a commit with ifAbsent leaves an object that exists, whatever the size": ({ driver, partSize }) =>
    removing(driver, ["up/absent"], async () => {
      await driver.write("up/absent", Buffer.from("first"))
      for (const size of [3, 2 * partSize + 1]) {
        await using upload = await driver.createUpload("up/absent")
        await upload.append(patternedChunks(size))
        expect(await codeOf(upload.commit({ ifAbsent: true }))).toBe("PRECONDITION_FAILED")
        expect(await driver.stat("up/absent")).toMatchObject({ size: 5 })
      }
    }),

  "a commit with ifAbsent creates": ({ driver }) =>
    removing(driver, ["up/new"], async () => {
      await using upload = await driver.createUpload("up/new")
      await upload.append(chunksOf("x"))
      await upload.commit({ ifAbsent: true })
      expect(await driver.stat("up/new")).toBeDefined()
    }),

  "a failing source leaves nothing, and commit says why": async ({ driver, partSize }) => {
    for (const size of [1, 2 * partSize + 1]) {
      await using upload = await driver.createUpload("up/source")
      await expect(upload.append(breaking(size))).rejects.toThrow("the source broke")
      await expect(upload.append(chunksOf("more"))).rejects.toThrow("the source broke")
      await expect(upload.commit()).rejects.toThrow("the source broke")
      expect(await driver.stat("up/source")).toBeUndefined()
    }
  },

  "a failing store makes commit reject": async ({ broken, partSize }) => {
    if (!broken) throw new Error("This suite needs a broken store.")
    for (const size of [1, 2 * partSize + 1]) {
      await using upload = await broken.createUpload("up/store")
      const appended = codeOf(upload.append(patternedChunks(size)))
      const outcome = await codeOf(appended.then(() => upload.commit()))
      expect(outcome).toMatch(/^[A-Z_]+$/)
    }
    expect(await codeOf(broken.write("up/store", Buffer.from("x")))).toMatch(/^[A-Z_]+$/)
  },

  "a declared size must be met": async ({ driver }) => {
    for (const [declared, actual] of [
      [10, 9],
      [10, 11],
      [0, 1],
      [1, 0],
    ] as const) {
      await using upload = await driver.createUpload("up/size", { size: declared })
      await upload.append(patternedChunks(actual)).catch(() => undefined)
      expect(await codeOf(upload.commit()), `${actual} for ${declared}`).toBe("UPLOAD_INVALID")
      expect(await driver.stat("up/size")).toBeUndefined()
    }
  },

  "aborting in the middle leaves nothing": async ({ driver, partSize }) => {
    const upload = await driver.createUpload("up/abort")
    await upload.append(patternedChunks(2 * partSize + 5))
    await upload.abort()
    await upload.abort()
    expect(await codeOf(upload.commit())).toBe("UPLOAD_INVALID")
    expect(await driver.stat("up/abort")).toBeUndefined()
  },

  "disposing of an upload aborts it": async ({ driver, partSize }) => {
    {
      await using upload = await driver.createUpload("up/dispose")
      await upload.append(patternedChunks(partSize + 5))
    }
    expect(await keysOf(driver, "up/")).toEqual([])
  },

  "aborting ends an append that waits for its source": async ({ driver }) => {
    const upload = await driver.createUpload("up/waiting")
    const appending = upload.append(stalling())
    await turn()
    const [appended] = await Promise.allSettled([appending, upload.abort()])
    expect(appended.status).toBe("rejected")
  },

  "a signal aborts an upload with its reason": async ({ driver, partSize }) => {
    const controller = new AbortController()
    const upload = await driver.createUpload("up/signal", { signal: controller.signal })
    const endless = async function* () {
      for (let taken = 0; ; taken += MiB) {
        if (taken > 2 * partSize) controller.abort(new Error("the client left"))
        yield patternedBytes(MiB)
        await turn()
      }
    }
    await expect(upload.append(endless())).rejects.toThrow("the client left")
    await expect(upload.commit()).rejects.toThrow("the client left")
    expect(await driver.stat("up/signal")).toBeUndefined()
  },

  "100 MiB need little memory": ({ driver }) =>
    removing(driver, ["up/large"], async () => {
      const size = 100 * MiB
      const before = bufferedBytes()
      let peak = 0
      const watched = async function* () {
        for await (const chunk of patternedChunks(size, MiB)) {
          peak = Math.max(peak, bufferedBytes())
          yield chunk
        }
      }
      await using upload = await driver.createUpload("up/large", { size })
      await upload.append(watched())
      await upload.commit()
      expect(peak - before).toBeLessThan(64 * MiB)
      expect(await driver.stat("up/large")).toMatchObject({ size })
    }),
}
