import { expect, test } from "vitest"
import { explicitCredentials, objectName } from "../../../../src/storage/s3/options.ts"

test.for([
  [undefined, "docker/x"],
  ["", "docker/x"],
  ["/", "docker/x"],
  ["a/b", "a/b/docker/x"],
  ["/a/b/", "a/b/docker/x"],
  ["a//b//", "a//b/docker/x"],
] as const)("root %s puts docker/x at %s", ([root, expected]) => {
  expect(objectName(root, "docker/x")).toBe(expected)
})

test("keys come in pairs", () => {
  expect(explicitCredentials({})).toBeUndefined()
  expect(explicitCredentials({ accessKey: "a", secretKey: "b" })).toEqual({
    accessKeyId: "a",
    secretAccessKey: "b",
  })
  expect(() => explicitCredentials({ accessKey: "a" })).toThrow("--secret-key")
  expect(() => explicitCredentials({ secretKey: "b" })).toThrow("--access-key")
})
