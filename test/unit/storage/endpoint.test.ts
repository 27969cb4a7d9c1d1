import { expect, test } from "vitest"
import { endpointUrl } from "../../../src/storage/endpoint.ts"

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
