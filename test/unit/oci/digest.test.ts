import { describe, expect, it } from "vitest"
import { algorithmOf, createHasher, digestOf, hexOf, isDigest, parseDigest } from "../../../src/oci/digest.ts"

/** Of the three bytes `abc`: FIPS 180-2, appendices B.1 and C.1. */
const SHA256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
const SHA512 =
  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
const abc = Buffer.from("abc")

describe("a digest", () => {
  it("is computed as the standard says", () => {
    expect(digestOf(abc)).toBe(SHA256)
    expect(digestOf(abc, "sha512")).toBe(SHA512)
  })

  it("is taken apart", () => {
    const digest = parseDigest(SHA512)
    expect([algorithmOf(digest), `${algorithmOf(digest)}:${hexOf(digest)}`]).toEqual(["sha512", SHA512])
  })

  it("can be asked for in the middle", () => {
    const hasher = createHasher()
    hasher.update(Buffer.from("a"))
    expect(hasher.digest()).toBe(digestOf(Buffer.from("a")))
    hasher.update(Buffer.from("bc"))
    expect(hasher.digest()).toBe(SHA256)
  })

  it.each([
    "",
    "sha256:",
    SHA256.slice(0, -1),
    `${SHA256}0`,
    SHA256.toUpperCase(),
    SHA256.replace("sha256", "sha512"),
    SHA256.replace("sha256", "md5"),
    `${SHA256}\n`,
    SHA256.replace(":", "/"),
  ])("is not %j", (text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => parseDigest(text)).toThrow("is not a digest")
  })
})
