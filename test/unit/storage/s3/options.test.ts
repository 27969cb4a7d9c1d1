import { expect, test } from "vitest"
import { endpointUrl, explicitCredentials, objectName } from "../../../../src/storage/s3/options.ts"

test.for([
  [undefined, undefined],
  ["", undefined],
  ["https://minio.example.com", "https://minio.example.com"],
  ["http://minio.example.com:9000", "http://minio.example.com:9000"],
  ["HTTPS://minio.example.com", "HTTPS://minio.example.com"],
  ["s3.example.com", "https://s3.example.com"],
  ["s3.example.com:9000", "https://s3.example.com:9000"],
  ["localhost:9000", "http://localhost:9000"],
  ["localhost.example.com", "https://localhost.example.com"],
  ["127.0.0.1:9000", "http://127.0.0.1:9000"],
  ["10.0.0.7", "http://10.0.0.7"],
  ["[::1]:9000", "http://[::1]:9000"],
])("endpoint %s is %s", ([given, expected]) => {
  expect(endpointUrl(given)).toBe(expected)
})

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
