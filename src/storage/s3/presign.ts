/**
 * URLs by which anybody reads an object: CloudFront's where that is in front of the bucket, otherwise S3's own.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * @module
 */
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3"
import { SignatureV4 } from "@smithy/signature-v4"
import type { PresignOptions, StorageDriver } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import { createClient } from "./client.ts"
import { signedUrl } from "./cloudfront.ts"
import type { S3DriverOptions } from "./options.ts"

type HttpRequest = Parameters<SignatureV4["presign"]>[0]

const PLAIN = { accelerate: undefined, dualStack: undefined, fips: undefined }

/** CloudFront's URLs live as long as its own setting says. */
export function createPresigner(
  bucket: S3Bucket,
  options: S3DriverOptions,
): NonNullable<StorageDriver["presignRead"]> {
  const { cloudFront, anonymous } = options
  const clients = new Map<string, S3Client>()

  /** Only computes addresses, for the host that readers know: it opens no connection. AWS' own variants are for AWS' own hosts. */
  const clientFor = (endpoint: string | undefined): S3Client => {
    if (endpoint === undefined) return bucket.client
    const client = clients.get(endpoint) ?? createClient({ ...options, ...PLAIN, endpoint }, 1)
    clients.set(endpoint, client)
    return client
  }

  return async (key, { lifetime, endpoint }: PresignOptions) => {
    if (cloudFront) return signedUrl(cloudFront, bucket.nameOf(key))
    if (anonymous) return undefined
    try {
      const { config } = bucket.client
      const { region, credentials, sha256 } = config
      const signer = new SignatureV4({ service: "s3", region, credentials, sha256, uriEscapePath: false })
      const request = await addressOf(clientFor(endpoint), bucket.locate(key))
      return urlOf(await signer.presign(request, { expiresIn: Math.floor(lifetime / 1000) }))
    } catch (error) {
      throw bucket.describe(error, key)
    }
  }
}

/** Where the SDK would send a request, without whatever else it would send: each header more is one that readers would owe. */
async function addressOf(
  client: S3Client,
  where: { readonly Bucket: string; readonly Key: string },
): Promise<HttpRequest> {
  const addressed = Promise.withResolvers<HttpRequest>()
  const command = new GetObjectCommand(where)
  command.middlewareStack.add(
    () => async (args) => {
      addressed.resolve(args.request as HttpRequest)
      return { response: {}, output: { $metadata: {} } }
    },
    { step: "build", name: "addressOnly" },
  )
  await client.send(command)
  const { protocol, hostname, port, path } = await addressed.promise
  const host = port === undefined ? hostname : `${hostname}:${port}`
  const headers = { host, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" }
  return { method: "GET", protocol, hostname, ...(port !== undefined && { port }), path, query: {}, headers }
}

function urlOf({
  protocol,
  hostname,
  port,
  path,
  query = {},
}: Awaited<ReturnType<SignatureV4["presign"]>>): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
  return url
}
