/**
 * Reading an object through CloudFront. Only what never changes is read so: a copy at the edge may be a day old, which for a tag
 * would be the wrong image. Whether an object is there is asked of the bucket, for an edge remembers absence too.
 * @module
 */
import type { S3Client } from "@aws-sdk/client-s3"
import { Readable } from "node:stream"
import type { OpenedBody, OpenOptions } from "../remote-read.ts"
import type { S3Bucket } from "./bucket.ts"
import { type CloudFront, signedUrl } from "./cloudfront.ts"
import { CloudFrontAnswer, describeCloudFrontFailure } from "./cloudfront-errors.ts"

type HttpRequest = Parameters<S3Client["config"]["requestHandler"]["handle"]>[0]

/** One request. There is no condition on the version, as there is only one. */
export async function openThroughCloudFront(
  bucket: S3Bucket,
  cloudFront: CloudFront,
  key: string,
  { range, signal }: Omit<OpenOptions, "ifMatch">,
): Promise<OpenedBody> {
  const describe = (error: unknown) => describeCloudFrontFailure(error, { key, baseUrl: cloudFront.baseUrl })
  return bucket.call({ key, signal, describe }, async (handling) => {
    const request = requestOf(signedUrl(cloudFront, bucket.nameOf(key)), range && rangeHeader(range))
    const { response } = await bucket.client.config.requestHandler.handle(request, handling)
    const { statusCode, headers } = response
    const body: unknown = response.body
    if (!(body instanceof Readable)) throw new CloudFrontAnswer(statusCode, headers)
    const [, total] = /\/(\d+)$/.exec(headers["content-range"] ?? "") ?? []
    const { etag, "last-modified": modified } = headers
    const length = Number(headers["content-length"] ?? Number.NaN)
    const isWhole = statusCode === 200 && !range
    const isPart = statusCode === 206 && range && total !== undefined
    if (!(isWhole || isPart) || Number.isNaN(length) || !etag || !modified) {
      body.destroy()
      throw new CloudFrontAnswer(statusCode, headers)
    }
    return { body, length, size: Number(total ?? length), etag, modified: new Date(modified) }
  })
}

function rangeHeader({ start, end = "" }: { readonly start: number; readonly end?: number | "" }) {
  return { range: `bytes=${start}-${end}` }
}

/** As the SDK's connections take it: the proxy, the certificates and the time that a connection may take are the same. */
function requestOf(url: URL, headers: Readonly<Record<string, string>> | undefined): HttpRequest {
  const request: Omit<HttpRequest, "clone"> = {
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname + url.search,
    query: {},
    headers: { host: url.host, "accept-encoding": "identity", ...headers },
  }
  return request as HttpRequest
}
