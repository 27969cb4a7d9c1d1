import { expect, test } from "vitest"
import { BACKENDS } from "../../../src/cli/backends.ts"
import type { Invocation } from "../../../src/cli/command.ts"
import { readPatient } from "../../../src/cli/patient.ts"
import { type Value, Values } from "../../../src/cli/values.ts"
import { NO_BYTES } from "../../support/no-bytes.ts"

const io = {
  stdout: { write: () => 0 },
  stderr: { write: () => 0 },
  env: {},
  cwd: "/home/me",
  onSignal: () => () => undefined,
  onReload: () => () => undefined,
  ...NO_BYTES,
  readSecret: async () => "",
}
const { signal } = new AbortController()

const read = (line: string, named?: string, flags: [string, Value][] = []) => {
  const words = line.split(" ").filter((word) => word !== "")
  const invocation: Invocation = { io, signal, words, values: new Values(new Map(flags)) }
  const { backend, location, name } = readPatient(
    invocation,
    BACKENDS.find((each) => each.name === named),
  )
  return [backend?.name, location, name]
}

test.each([
  ["", undefined, [undefined, undefined, undefined]],
  ["azure", undefined, ["azure", undefined, undefined]],
  ["", "gcs", ["gcs", undefined, undefined]],
  ["s3 my-bucket", undefined, ["s3", "my-bucket", undefined]],
  ["my-bucket", undefined, ["s3", "my-bucket", undefined]],
  ["my-bucket/", "gcs", ["gcs", "my-bucket", undefined]],
  ["s3", "s3", ["s3", "s3", undefined]],
  ["s3://my-bucket", undefined, ["s3", "my-bucket", undefined]],
  ["gs://my-bucket/", undefined, ["gcs", "my-bucket", undefined]],
  ["azblob://my-container/team/app:v1", undefined, ["azure", "my-container", "team/app"]],
  ["my-bucket/app", undefined, ["s3", "my-bucket", "app"]],
  ["./images", "file", ["file", "/home/me/images", undefined]],
  ["images/", "file", ["file", "/home/me/images", undefined]],
  ["./images/app:v1", "file", ["file", "/home/me/images", "app"]],
  ["./images//team/app", "file", ["file", "/home/me/images", "team/app"]],
  ["file:///srv/my%20images", undefined, ["file", "/srv/my images", undefined]],
  ["file:///srv/images/app:v1", undefined, ["file", "/srv/images", "app"]],
] as const)("'%s' below %s is %j", (line, named, expected) => {
  expect(read(line, named)).toEqual(expected)
})

test("--dir names a folder, alone or with an image", () => {
  expect(read("", undefined, [["dir", "images"]])).toEqual(["file", "/home/me/images", undefined])
  expect(read("team/app:v1", "file", [["dir", "images"]])).toEqual(["file", "/home/me/images", "team/app"])
})
