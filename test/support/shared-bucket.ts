/**
 * A bucket that our registry and a stock one work on in turn.
 * @module
 */
import { randomUUID } from "node:crypto"
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import { objectName } from "../../src/storage/s3/options.ts"
import type { SharedStore } from "./shared-store.ts"
import type { Versitygw } from "./versitygw.ts"

const region = "us-east-1"

/** @param rootDir start of all keys, in any form that users write */
export async function openSharedBucket(server: Versitygw, rootDir = ""): Promise<SharedStore> {
  await using opened = new AsyncDisposableStack()
  const bucket = `shared-${randomUUID()}`
  const { endpoint, root: credentials } = server
  const { accessKey, secretKey } = credentials
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  opened.defer(() => client.destroy())
  await server.createBucket(bucket)
  const driver = opened.use(
    createS3Driver(
      { bucket, region, endpoint, accessKey, secretKey, rootDir },
      { budget: createMemoryBudget(64 * 1024 * 1024), concurrency: 16 },
    ),
  )
  const root = objectName(rootDir, "")
  const locate = (key: string) => ({ Bucket: bucket, Key: root + key })

  async function keys(): Promise<readonly string[]> {
    const found: string[] = []
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      found.push(...(page.Contents ?? []).map(({ Key = "" }) => Key.slice(root.length)))
    }
    return found
  }

  const all = opened.move()
  return {
    driver,
    storage: {
      s3: {
        regionendpoint: endpoint,
        region,
        bucket,
        accesskey: accessKey,
        secretkey: secretKey,
        secure: false,
        forcepathstyle: true,
        rootdirectory: rootDir,
      },
    },
    async contents() {
      const contents = (await keys()).map(async (key): Promise<[string, Buffer]> => {
        const { Body } = await client.send(new GetObjectCommand(locate(key)))
        return [key, Buffer.from((await Body?.transformToByteArray()) ?? [])]
      })
      return new Map(await Promise.all(contents))
    },
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ ...locate(key), Body: bytes }))
    },
    async clear() {
      await Promise.all((await keys()).map((key) => client.send(new DeleteObjectCommand(locate(key)))))
    },
    async unfinishedUploads() {
      return (await server.multipartUploads(bucket)).map((key) => key.slice(root.length))
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
