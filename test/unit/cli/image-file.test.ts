import { describe, expect, it } from "vitest"
import { parseImageFile } from "../../../src/cli/image-file.ts"
import { UsageError } from "../../../src/cli/usage-error.ts"

const DIGEST = `sha256:${"a".repeat(64)}`

/** What is there. */
const THERE = new Set(["/home/me/out", "/home/me/a:b", "/home/me/a:b:c", "/srv/x.tar"])

const parse = (text: string) => parseImageFile(text, "/home/me", (path) => THERE.has(path))

describe("an image that is a file", () => {
  it.each([
    ["oci:out", "/home/me/out", undefined],
    ["oci:out:v1", "/home/me/out", "v1"],
    ["oci:./out/:v1", "/home/me/out", "v1"],
    ["oci:out:registry.example:5000/team/app:v1", "/home/me/out", "registry.example:5000/team/app:v1"],
    [`oci:out@${DIGEST}`, "/home/me/out", DIGEST],
    ["oci:a:b", "/home/me/a:b", undefined],
    ["oci:a:b:v1", "/home/me/a:b", "v1"],
    ["oci:a:b:c", "/home/me/a:b:c", undefined],
    ["oci:new", "/home/me/new", undefined],
    ["oci:new:v1", "/home/me/new", "v1"],
    ["oci:/new/folder:v1", "/new/folder", "v1"],
    ["oci-archive:/srv/x.tar:v1", "/srv/x.tar", "v1"],
    ["oci-archive:-", "-", undefined],
    ["oci-archive:-:v1", "-", "v1"],
    ["docker-archive:/srv/x.tar", "/srv/x.tar", undefined],
    ["docker-archive:new.tar:localhost:5000/app:v1", "/home/me/new.tar", "localhost:5000/app:v1"],
  ])("%s", (text, path, image) => {
    expect(parse(text)).toEqual({ kind: text.slice(0, text.indexOf(":")), path, image })
  })

  it.each(["app", "app:1", "oci", "oci@sha256:12", "localhost:5000/oci:1", "docker-archive", "ocix:1"])(
    "is not %s",
    (text) => expect(parse(text)).toBeUndefined(),
  )

  it.each([
    ["oci:", "the path is missing"],
    ["oci::v1", "the path is missing"],
    ["oci:out:", "nothing follows the last ':'"],
    ["oci:-", "a folder cannot be '-'"],
    ["oci:out@sha256:12", "no digest"],
    ["oci:out:a b", "'a b' is no name"],
    ["docker-archive:x.tar:%", "docker-archive:FILE[:NAME:TAG]"],
  ])("cannot be %j", (text, reason) => {
    expect(() => parse(text)).toThrow(UsageError)
    expect(() => parse(text)).toThrow(reason)
  })
})
