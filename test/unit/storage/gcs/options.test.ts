import { expect, test } from "vitest"
import { endpointUrl, needsSignIn, objectName } from "../../../../src/storage/gcs/options.ts"

test.for([
  [undefined, "https://storage.googleapis.com"],
  ["", "https://storage.googleapis.com"],
  ["https://gcs.example.com/", "https://gcs.example.com"],
  ["http://localhost:4443/storage/v1/", "http://localhost:4443"],
  ["localhost:9023", "http://localhost:9023"],
  ["fake-gcs:4443", "http://fake-gcs:4443"],
  ["[::1]:9000", "http://[::1]:9000"],
  ["storage.europe-west3.rep.googleapis.com", "https://storage.europe-west3.rep.googleapis.com"],
] as const)("the endpoint %s is %s", ([endpoint, url]) => {
  expect(endpointUrl(endpoint)).toBe(url)
})

test.for([
  [{}, true],
  [{ anonymous: true }, false],
  [{ anonymous: true, keyfile: "key.json" }, false],
  [{ endpoint: "https://storage.europe-west3.rep.googleapis.com" }, true],
  [{ endpoint: "http://storage.googleapis.com", keyfile: "key.json" }, false],
  [{ endpoint: "https://storage.googleapis.com.example.com" }, false],
  [{ endpoint: "https://gcs.example.com" }, false],
  [{ endpoint: "https://gcs.example.com", keyfile: "key.json" }, true],
  [{ endpoint: "localhost:9023", keyfile: "key.json" }, false],
] as const)("%o signs in: %s", ([options, expected]) => {
  expect(needsSignIn({ bucket: "images", ...options })).toBe(expected)
})

test.for([
  [undefined, "a/b"],
  ["", "a/b"],
  ["/", "a/b"],
  ["/team/images/", "team/images/a/b"],
  ["team//images", "team//images/a/b"],
] as const)("below %s the key a/b is %s", ([root, name]) => {
  expect(objectName(root, "a/b")).toBe(name)
})
