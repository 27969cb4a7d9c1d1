/**
 * Everything that reads a text: it answers, or refuses with an error of its own.
 * @module
 */
import * as fc from "fast-check"
import { formOf, parseReference as parseStoreReference } from "../../../src/cli/reference.ts"
import { parsePlatform } from "../../../src/cli/platform.ts"
import { UsageError } from "../../../src/cli/usage-error.ts"
import { byteRange } from "../../../src/http/params.ts"
import { parseDigest } from "../../../src/oci/digest.ts"
import { RegistryError } from "../../../src/oci/errors.ts"
import { parseManifest, requiredBlobs } from "../../../src/oci/manifest.ts"
import { parseReference, parseRepositoryName } from "../../../src/oci/reference.ts"
import { formatDuration, formatSize, parseBytes, parseDuration } from "../../../src/options/quantities.ts"
import { blobData, layerLink, tagCurrent } from "../../../src/registry/layout.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"
import { assertKey } from "../../../src/storage/keys.ts"
import { checkPrototypes } from "./answers.ts"
import { manifests, STORED } from "./content.ts"
import type { Property } from "./property.ts"
import { digests, mostly, names, nasty, numbers, ranges, tags } from "./texts.ts"

/** What was read, or undefined where it was refused as it should be. */
function reading<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const isOurs = error instanceof UsageError || (error instanceof RegistryError && error.status < 500)
    if (!isOurs || error.message === "") throw error
    return undefined
  }
}

const expect = (isSo: boolean, otherwise: string): void => {
  if (!isSo) throw new Error(otherwise)
}

export const identifiers: Property = {
  name: "names, tags and digests",
  share: 0.05,
  property: () =>
    fc.property(
      mostly(names),
      mostly(fc.oneof(tags, digests)),
      mostly(digests),
      (name, reference, digest) => {
        const [n, r, d] = [
          reading(() => parseRepositoryName(name)),
          reading(() => parseReference(reference)),
          reading(() => parseDigest(digest)),
        ]
        // Whatever is accepted gives keys within the root.
        if (n && r?.tag) assertKey("fuzz", tagCurrent(n, r.tag))
        if (n && d) assertKey("fuzz", layerLink(n, d))
        if (d) assertKey("fuzz", blobData(d))
      },
    ),
}

export const references: Property = {
  name: "references of the command line",
  share: 0.05,
  property: () => {
    const text = fc
      .tuple(
        fc.constantFrom(
          "",
          "s3://",
          "gs://",
          "file://",
          "file:",
          "azblob://",
          "S3://",
          "http://",
          "./",
          "/",
          "~/",
        ),
        mostly(names),
        fc.constantFrom("", "/", "//", ":", "@", "/:"),
        mostly(fc.oneof(tags, digests)),
      )
      .map((parts) => parts.join(""))
    return fc.property(text, fc.option(nasty, { nil: undefined }), (text, dir) => {
      for (const backend of [undefined, ...DRIVERS]) {
        const [fallback] = DRIVERS
        if (!fallback) throw new Error("no drivers")
        const found = reading(() => parseStoreReference(text, { backends: DRIVERS, backend, fallback, dir }))
        if (!found) continue
        expect(!found.name.split("/").includes(".."), `'${text}' names ${found.name}`)
        expect(formOf(found.backend) !== "", "no form")
        if (found.tag) assertKey("fuzz", tagCurrent(found.name, found.tag))
      }
    })
  },
}

export const units: Property = {
  name: "sizes, times and platforms",
  share: 0.05,
  property: () => {
    const unit = fc.constantFrom(
      "",
      "b",
      "k",
      "KiB",
      "MB",
      "g",
      "ms",
      "s",
      "m",
      "h",
      "constructor",
      "valueOf",
    )
    const text = fc.oneof(
      fc.tuple(numbers, unit).map(([number, unit]) => number + unit),
      fc.tuple(fc.double().map(String), unit).map(([number, unit]) => number + unit),
      fc.tuple(numbers, unit, numbers, unit).map((parts) => parts.join("")),
    )
    return fc.property(text, fc.nat(), mostly(fc.constant("linux/arm64/v8")), (text, number, platform) => {
      for (const read of [parseBytes, parseDuration]) {
        const value = read(text)
        expect(value === undefined || (Number.isSafeInteger(value) && value >= 0), `${text} is ${value}`)
      }
      expect(parseBytes(formatSize(number)) === number, `${formatSize(number)} is not ${number}`)
      expect(parseDuration(formatDuration(number)) === number, `${formatDuration(number)} is not ${number}`)
      reading(() => parsePlatform(platform))
    })
  },
}

export const byteRanges: Property = {
  name: "Range",
  share: 0.05,
  property: () =>
    fc.property(ranges, fc.nat({ max: 60 }), (header, size) => {
      const [digest] = STORED.digests
      if (!digest) throw new TypeError("nothing is stored")
      const range = reading(() => byteRange(header, { digest, size }))
      if (!range) return
      const { start, end } = range
      expect(start >= 0 && start <= end && end < size, `${header} of ${size} is ${start}-${end}`)
      const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(" ", "")) ?? []
      expect(first === "" || start === Number(first), `${header} starts at ${start}`)
      expect(first === "" || last === "" || end <= Number(last), `${header} ends at ${end}`)
      expect(first !== "" || end === size - 1, `${header} of ${size} ends at ${end}`)
    }),
}

export const manifestBytes: Property = {
  name: "manifests",
  share: 0.1,
  property: () =>
    fc.property(fc.oneof(manifests, fc.uint8Array()), mostly(fc.constant("a/b")), (bytes, type) => {
      const manifest = reading(() => parseManifest(bytes, type)) ?? reading(() => parseManifest(bytes))
      for (const { digest } of manifest ? [...requiredBlobs(manifest), ...manifest.manifests] : [])
        assertKey("fuzz", blobData(digest))
      checkPrototypes()
    }),
}
