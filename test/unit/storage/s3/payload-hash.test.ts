import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { PayloadHash } from "../../../../src/storage/s3/payload-hash.ts"

const large = Buffer.alloc(2.5 * 1024 * 1024, "large")
const small = Buffer.from("small")

describe("the hash of what is signed", () => {
  it.each([
    ["nothing", []],
    ["a small body", [small]],
    ["a large body", [large]],
    ["a large body and more", [large, small]],
    ["a small body and more", [small, large]],
    ["two large bodies", [large, large]],
  ])("is SHA-256 of %s", async (_, pieces) => {
    const hash = new PayloadHash()
    for (const piece of pieces) hash.update(piece)
    const expected = createHash("sha256").update(Buffer.concat(pieces)).digest()
    expect(Buffer.from(await hash.digest())).toEqual(expected)
  })

  it.each([
    ["text", "key"],
    ["bytes", Uint8Array.from([1, 2, 3])],
  ])("is an HMAC with a secret of %s", async (_, secret) => {
    const hash = new PayloadHash(secret)
    hash.update(large)
    expect(Buffer.from(await hash.digest())).toEqual(createHmac("sha256", secret).update(large).digest())
  })
})
