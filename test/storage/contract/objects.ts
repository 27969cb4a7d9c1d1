/**
 * Promises about whole objects: absence, reading, writing, conditions, deleting, moving.
 * @module
 */
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { expect } from "vitest"
import { collect, MiB, patternedBytes } from "../../support/bytes.ts"
import { codeOf, keysOf, removing, type Check } from "./check.ts"

export const checks: Readonly<Record<string, Check>> = {
  "absence is an answer to stat and an error to read": async ({ driver }) => {
    expect(await driver.stat("absent/key")).toBeUndefined()
    expect(await codeOf(driver.read("absent/key"))).toBe("NOT_FOUND")
    expect(await codeOf(driver.move("absent/key", "absent/other"))).toBe("NOT_FOUND")
    await driver.delete("absent/key")
  },

  "an error names the driver and the key": async ({ driver }) => {
    await expect(driver.read("absent/key")).rejects.toMatchObject({
      driver: driver.name,
      key: "absent/key",
      message: expect.stringContaining("absent/key"),
    })
  },

  "a folder of objects is no object": ({ driver }) =>
    removing(driver, ["folder/a/b"], async () => {
      await driver.write("folder/a/b", Buffer.from("x"))
      expect(await driver.stat("folder/a")).toBeUndefined()
      expect(await codeOf(driver.read("folder/a"))).toBe("NOT_FOUND")
      await driver.delete("folder/a")
      expect(await driver.stat("folder/a/b")).toBeDefined()
    }),

  "a written object is read back with size, time and etag": ({ driver }) =>
    removing(driver, ["object"], async () => {
      const started = Date.now()
      const { etag } = await driver.write("object", Buffer.from("content"))
      const read = await driver.read("object")
      expect(await text(read.body)).toBe("content")
      expect(read).toMatchObject({ size: 7, etag })
      expect(await driver.stat("object")).toMatchObject({ size: 7, etag })
      // Stores keep whole seconds, and their clock is not ours.
      expect(Math.abs(read.modified.getTime() - started)).toBeLessThan(60_000)
    }),

  "an empty object is read as nothing, with and without a range": ({ driver }) =>
    removing(driver, ["empty"], async () => {
      await driver.write("empty", new Uint8Array())
      for (const options of [{}, { range: { start: 0 } }, { immutable: true }]) {
        const read = await driver.read("empty", options)
        expect(read.size).toBe(0)
        expect(await text(read.body)).toBe("")
      }
    }),

  "the caller may reuse the buffer that it wrote": ({ driver }) =>
    removing(driver, ["reused"], async () => {
      const buffer = Buffer.from("first")
      await driver.write("reused", buffer)
      buffer.fill("x")
      expect(await text((await driver.read("reused")).body)).toBe("first")
    }),

  "overwriting replaces the content and changes the etag": ({ driver }) =>
    removing(driver, ["over"], async () => {
      const first = await driver.write("over", Buffer.from("one and longer"))
      const second = await driver.write("over", Buffer.from("two"))
      expect(second.etag).not.toBe(first.etag)
      expect(await text((await driver.read("over")).body)).toBe("two")
    }),

  "ifAbsent creates and does not replace": ({ driver }) =>
    removing(driver, ["once"], async () => {
      await driver.write("once", Buffer.from("first"), { ifAbsent: true })
      expect(await codeOf(driver.write("once", Buffer.from("second"), { ifAbsent: true }))).toBe(
        "PRECONDITION_FAILED",
      )
      expect(await text((await driver.read("once")).body)).toBe("first")
    }),

  "of many creators with ifAbsent one wins": ({ driver }) =>
    removing(driver, ["race"], async () => {
      const racers = Array.from({ length: 8 }, (_, racer) =>
        codeOf(driver.write("race", Buffer.from(`racer ${racer}`), { ifAbsent: true })),
      )
      const outcomes = await Promise.all(racers)
      expect(outcomes.toSorted()).toEqual([...Array(7).fill("PRECONDITION_FAILED"), "no error"])
      expect(await text((await driver.read("race")).body)).toBe(`racer ${outcomes.indexOf("no error")}`)
    }),

  "ifMatch replaces that version only": ({ driver }) =>
    removing(driver, ["swap"], async () => {
      const first = await driver.write("swap", Buffer.from("1"))
      const second = await driver.write("swap", Buffer.from("2"), { ifMatch: first.etag })
      expect(await codeOf(driver.write("swap", Buffer.from("3"), { ifMatch: first.etag }))).toBe(
        "PRECONDITION_FAILED",
      )
      expect(await driver.stat("swap")).toMatchObject({ etag: second.etag })
      await driver.delete("swap")
      expect(await codeOf(driver.write("swap", Buffer.from("4"), { ifMatch: second.etag }))).toBe(
        "PRECONDITION_FAILED",
      )
      expect(await driver.stat("swap")).toBeUndefined()
    }),

  "of many who swap the same version one wins": ({ driver }) =>
    removing(driver, ["swaps"], async () => {
      const { etag } = await driver.write("swaps", Buffer.from("0"))
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, racer) =>
          codeOf(driver.write("swaps", Buffer.from(`racer ${racer}`), { ifMatch: etag })),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === "no error")).toHaveLength(1)
    }),

  "a range gives its bytes and the whole object's size": ({ driver }) =>
    removing(driver, ["ranged"], async () => {
      const bytes = patternedBytes(1000)
      await driver.write("ranged", bytes)
      const ranges = [
        { start: 0 },
        { start: 0, end: 0 },
        { start: 7, end: 12 },
        { start: 990 },
        { start: 999 },
      ]
      for (const range of ranges) {
        const read = await driver.read("ranged", { range })
        expect(read.size).toBe(1000)
        expect(await collect(read.body)).toEqual(bytes.subarray(range.start, (range.end ?? 999) + 1))
      }
      expect(await codeOf(driver.read("ranged", { range: { start: 1000 } }))).toBe("INVALID_RANGE")
    }),

  "what never changes is read whole and in ranges, however many requests that takes": ({ driver }) =>
    removing(driver, ["immutable"], async () => {
      const bytes = patternedBytes(11 * MiB + 7)
      await using upload = await driver.createUpload("immutable", { size: bytes.length })
      await upload.append(Readable.from([bytes]))
      await upload.commit()
      const ranges = [
        undefined,
        { start: 0, end: 4 * MiB - 1 },
        { start: 0, end: 4 * MiB },
        { start: 3 * MiB + 1, end: 9 * MiB },
        { start: 10 * MiB },
      ]
      for (const range of ranges) {
        const read = await driver.read("immutable", { immutable: true, ...(range && { range }) })
        expect(read.size).toBe(bytes.length)
        const expected = range ? bytes.subarray(range.start, (range.end ?? bytes.length) + 1) : bytes
        expect((await collect(read.body)).equals(expected)).toBe(true)
      }
    }),

  "an abandoned read harms nothing": ({ driver }) =>
    removing(driver, ["abandoned"], async () => {
      await driver.write("abandoned", patternedBytes(4 * 1024 * 1024))
      for (let i = 0; i < 40; i += 1) (await driver.read("abandoned")).body.destroy()
      expect((await collect((await driver.read("abandoned")).body)).length).toBe(4 * 1024 * 1024)
    }),

  "whoever reads on where the read was given up is told so": ({ driver }) =>
    removing(driver, ["given-up"], async () => {
      await driver.write("given-up", patternedBytes(4 * MiB))
      const { body } = await driver.read("given-up", { immutable: true })
      const chunks = body[Symbol.asyncIterator]()
      expect((await chunks.next()).done).toBe(false)
      body.destroy(new Error("enough"))
      const rest = async (): Promise<void> => {
        while (!(await chunks.next()).done);
      }
      await expect(rest()).rejects.toThrow("enough")
    }),

  "deleting takes one key or many, and leaves the rest": ({ driver }) =>
    removing(driver, ["del/a", "del/b/c", "del/d"], async () => {
      for (const key of ["del/a", "del/b/c", "del/d"]) await driver.write(key, Buffer.from(key))
      await driver.delete("del/a")
      expect(await keysOf(driver, "del/")).toEqual(["del/b/c", "del/d"])
      await driver.delete(["del/b/c", "del/never-there", "del/d"])
      expect(await keysOf(driver, "del/")).toEqual([])
      await driver.delete([])
    }),

  "moving renames and replaces the target": ({ driver }) =>
    removing(driver, ["move/from", "move/to/deep"], async () => {
      await driver.write("move/from", Buffer.from("new"))
      await driver.write("move/to/deep", Buffer.from("old"))
      await driver.move("move/from", "move/to/deep")
      expect(await driver.stat("move/from")).toBeUndefined()
      expect(await text((await driver.read("move/to/deep")).body)).toBe("new")
    }),

  "a key cannot leave the root": async ({ driver }) => {
    for (const key of ["../x", "a/../x", "/x", "a//x", "a/", "", ".", "a/./x", "a\\..\\x", "a\0x"]) {
      expect(await codeOf(driver.read(key)), key).toBe("UNSUPPORTED")
      expect(await codeOf(driver.write(key, new Uint8Array())), key).toBe("UNSUPPORTED")
      expect(await codeOf(driver.delete(key)), key).toBe("UNSUPPORTED")
      expect(await codeOf(driver.createUpload(key)), key).toBe("UNSUPPORTED")
      expect(await codeOf(driver.move("absent", key)), key).toBe("UNSUPPORTED")
    }
    expect(await codeOf(keysOf(driver, "../"))).toBe("UNSUPPORTED")
  },

  "an aborted signal rejects with its reason": async ({ driver }) => {
    const signal = AbortSignal.abort(new Error("changed my mind"))
    for (const call of [
      () => driver.stat("k", { signal }),
      () => driver.read("k", { signal }),
      () => driver.write("k", Buffer.from("x"), { signal }),
      () => driver.delete("k", { signal }),
      () => driver.createUpload("k", { signal }),
      () => driver.move("k", "l", { signal }),
      () => keysOf(driver, "", { signal }),
    ]) {
      await expect(call()).rejects.toThrow("changed my mind")
    }
  },

  "aborting during a read ends its body with the reason": ({ driver }) =>
    removing(driver, ["long"], async () => {
      await driver.write("long", patternedBytes(4 * 1024 * 1024))
      const controller = new AbortController()
      const { body } = await driver.read("long", { signal: controller.signal })
      const reading = (async () => {
        for await (const _ of body) controller.abort(new Error("enough"))
      })()
      await expect(reading).rejects.toThrow("enough")
    }),
}
