/**
 * Large bodies travel over TLS without a hash of their own in the signature, which is signed without it.
 *
 * It would be the second hash of every byte: the first is the blob's digest, by which it is known and checked on every pull. In
 * transit TLS guards them, and on AWS the SDK's checksum as well. Over plain HTTP nothing does: there the hash stays, so that no
 * byte that was changed on its way is stored under a digest that is not its own.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * @module
 */
import type { S3Client } from "@aws-sdk/client-s3"

/** Bytes: to hash fewer is no work. */
const LARGE = 1024 * 1024

export function leaveLargeBodiesUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if (isRequest(args.request) && args.request.body instanceof Uint8Array) {
        const { body, headers, protocol } = args.request
        if (body.byteLength >= LARGE && protocol === "https:")
          headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
      }
      return next(args)
    },
    { step: "build", name: "leaveLargeBodiesUnsigned" },
  )
}

interface HttpRequest {
  readonly protocol?: unknown
  readonly headers: Record<string, string>
  readonly body?: unknown
}

function isRequest(request: unknown): request is HttpRequest {
  return typeof request === "object" && request !== null && "headers" in request && "body" in request
}
