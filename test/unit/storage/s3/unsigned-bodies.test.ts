import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { expect, test } from "vitest"
import { leaveLargeBodiesUnsigned } from "../../../../src/storage/s3/unsigned-bodies.ts"

/** What is signed as the hash of a body. */
async function signedHash(endpoint: string, bytes: number): Promise<string | undefined> {
  let sent: { readonly headers: Record<string, string> } | undefined
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: {
      handle(request: typeof sent) {
        sent = request
        return Promise.reject(new Error("nobody is there"))
      },
    },
  })
  leaveLargeBodiesUnsigned(client)
  const command = new PutObjectCommand({ Bucket: "b", Key: "k", Body: new Uint8Array(bytes) })
  await expect(client.send(command)).rejects.toThrow("nobody is there")
  client.destroy()
  return sent?.headers["x-amz-content-sha256"]
}

const MiB = 1024 * 1024

test.each([
  ["https://store.example", MiB, /^UNSIGNED-PAYLOAD$/],
  ["https://store.example", MiB - 1, /^[0-9a-f]{64}$/],
  ["http://store.example", MiB, /^[0-9a-f]{64}$/],
  ["http://127.0.0.1:9000", 16 * MiB, /^[0-9a-f]{64}$/],
])("over %s a body of %d bytes is signed as %s", async (endpoint, bytes, hash) => {
  expect(await signedHash(endpoint, bytes)).toMatch(hash)
})
