import { expect, test } from "vitest"
import { crc32c, encodeCrc32c } from "../../../../src/storage/gcs/crc32c.ts"
import { patternedBytes } from "../../../support/bytes.ts"

// RFC 3720, appendix B.4, and the check value of every catalogue.
test.for([
  [Buffer.alloc(0), 0],
  [Buffer.from("123456789"), 0xe3069283],
  [Buffer.alloc(32), 0x8a9136aa],
  [Buffer.alloc(32, 0xff), 0x62a8ab43],
  [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
] as const)("the checksum of %o", ([bytes, expected]) => {
  expect(crc32c(bytes)).toBe(expected)
})

test("goes on wherever the bytes are cut", () => {
  const bytes = patternedBytes(100)
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes))
  }
})

test("is written as the store does", () => {
  expect(encodeCrc32c(crc32c(Buffer.from("123456789")))).toBe("4waSgw==")
})
