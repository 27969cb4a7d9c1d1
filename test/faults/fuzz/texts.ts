/**
 * Texts that a hostile client may send where a name, a tag, a digest or a header is expected.
 * @module
 */
import * as fc from "fast-check"

/** Ways out of a folder, names of what every object has, and what proxies and file systems read in their own way. */
const NASTY = [
  "",
  ".",
  "..",
  "../..",
  "..%2f..",
  "%2e%2e%2f",
  "%252e%252e",
  "....//",
  "a/../../b",
  "/etc/passwd",
  "\\..\\..",
  "%00",
  "a%00b",
  "%",
  "%zz",
  "%ff",
  "_uploads",
  "_manifests",
  "_layers",
  "data",
  "link",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "-1",
  "0",
  "1e9",
  "NaN",
  "Infinity",
  "9".repeat(400),
  "a".repeat(256),
  "a/".repeat(200),
  "ä",
  "\u202e",
  "’",
  "sha256:",
  "sha256:..",
  `sha256:${"A".repeat(64)}`,
  `sha256:${"a".repeat(63)}`,
  `sha256:${"a".repeat(63)}/`,
  `sha1:${"a".repeat(40)}`,
  `md5:${"a".repeat(32)}`,
  "latest.lock.tmp",
  `v1.${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}.tmp`,
]

export const nasty = fc.constantFrom(...NASTY)

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef".split("")), minLength: length, maxLength: length })

export const digests = fc.oneof(
  hex(64).map((text) => `sha256:${text}`),
  hex(128).map((text) => `sha512:${text}`),
)

export const names = fc
  .array(fc.stringMatching(/^[a-z0-9]{1,5}(?:[._-][a-z0-9]{1,3})?$/), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"))

export const tags = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/)

/** Mostly right, sometimes wrong on purpose, sometimes anything. */
export const mostly = (right: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: right, weight: 5 },
    { arbitrary: nasty, weight: 3 },
    { arbitrary: fc.string({ maxLength: 40 }), weight: 1 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 20 }), weight: 1 },
    { arbitrary: fc.tuple(right, nasty).map(([a, b]) => a + b), weight: 1 },
  )

export const numbers = fc.oneof(
  fc.nat({ max: 40 }).map(String),
  fc.bigInt({ min: -5n, max: 10n ** 20n }).map(String),
  nasty,
)

/** As they stand in `Range`, and nearly so. */
export const ranges = fc.oneof(
  fc.tuple(numbers, numbers).map(([first, last]) => `bytes=${first}-${last}`),
  fc.tuple(numbers, numbers).map(([first, last]) => `${first}-${last}`),
  numbers.map((first) => `bytes=${first}-`),
  numbers.map((last) => `bytes=-${last}`),
  fc.constantFrom("bytes=0-1,3-4", "bytes=", "items=0-1", "bytes 0-1/5", "bytes = 0 - 1"),
  nasty,
)
