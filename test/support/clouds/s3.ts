/**
 * S3, as versitygw serves it.
 * @module
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import { objectName } from "../../../src/storage/s3/options.ts"
import { findVersitygw, INSTALL, startVersitygw } from "../versitygw.ts"
import { type Cloud, type CloudServer, type RawObjects, resources } from "./cloud.ts"

const region = "us-east-1"

export const s3: Cloud = {
  name: "s3",
  missing: async () => ((await findVersitygw()) === undefined ? `no versitygw: ${INSTALL}` : undefined),
  start,
}

async function start(): Promise<CloudServer> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startVersitygw((await findVersitygw()) ?? ""))
  const { endpoint, root } = server
  const { accessKey, secretKey } = root
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  opened.defer(() => client.destroy())

  const all = opened.move()
  return {
    endpoint,
    async createBucket(bucket) {
      await server.createBucket(bucket)
      return {
        ...objectsOf(client, bucket),
        unfinishedUploads: () => server.multipartUploads(bucket),
      }
    },
    openDriver: async (place, at = endpoint) =>
      createS3Driver({ ...place, region, endpoint: at, ...root }, resources()),
    storageOf: ({ bucket, rootDir = "" }, at = endpoint) => ({
      driver: {
        s3: {
          regionendpoint: at,
          region,
          bucket,
          accesskey: accessKey,
          secretkey: secretKey,
          secure: false,
          forcepathstyle: true,
          rootdirectory: rootDir,
        },
      },
    }),
    nameStart: (rootDir) => objectName(rootDir, ""),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

function objectsOf(client: S3Client, bucket: string): Omit<RawObjects, "unfinishedUploads"> {
  const locate = (name: string) => ({ Bucket: bucket, Key: name })
  return {
    async names() {
      const names: string[] = []
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
        names.push(...Contents.map(({ Key = "" }) => Key))
      }
      return names
    },
    async read(name) {
      const { Body } = await client.send(new GetObjectCommand(locate(name)))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    },
    async write(name, bytes) {
      await client.send(new PutObjectCommand({ ...locate(name), Body: bytes }))
    },
    async delete(name) {
      await client.send(new DeleteObjectCommand(locate(name)))
    },
  }
}
