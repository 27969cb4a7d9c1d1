/**
 * What one S3 store is: a bucket, where it is, and who asks.
 * @module
 */
import { MissingOptionError } from "../errors.ts"
import type { CloudFront } from "./cloudfront.ts"
import type { NetworkSettings } from "../network.ts"

export interface S3DriverOptions {
  readonly bucket: string
  /** Where the bucket is. See `resolveRegion` for what happens without. */
  readonly region: string
  /** URL of an S3-compatible server, with or without scheme. Left out: AWS. */
  readonly endpoint?: string | undefined
  /** With `secretKey`. Left out: the SDK's own chain of environment, profile, single sign-on, web identity, container, instance. */
  readonly accessKey?: string | undefined
  readonly secretKey?: string | undefined
  readonly sessionToken?: string | undefined
  /** Name in the AWS configuration files. */
  readonly profile?: string | undefined
  /** Start of all keys, as a stock registry's `rootdirectory`. */
  readonly rootDir?: string | undefined
  /** Signs nothing, for public buckets. */
  readonly anonymous?: boolean | undefined
  /** The bucket in the path rather than in the host name. Defaults to true with an endpoint. */
  readonly pathStyle?: boolean | undefined
  /** Bytes of a part of a large object, at least 5 MiB. Larger objects get larger ones. Defaults to 15 MiB. */
  readonly partSize?: number | undefined
  /** A storage class of S3. Left out, or NONE: none is asked for, so the bucket's own holds, STANDARD as a rule. */
  readonly storageClass?: string | undefined
  /** A canned ACL. Left out: none is asked for. */
  readonly acl?: string | undefined
  /** Encrypted by the store, with keys of its own. */
  readonly encrypt?: boolean | undefined
  /** Encrypted by the store, with this key of KMS. */
  readonly kmsKeyId?: string | undefined
  /** By the transfer acceleration endpoint. AWS only, as the next two. */
  readonly accelerate?: boolean | undefined
  /** By endpoints with IPv6. */
  readonly dualStack?: boolean | undefined
  /** By endpoints with validated cryptography. */
  readonly fips?: boolean | undefined
  /** Words behind the SDK's own in the User-Agent header. */
  readonly userAgent?: string | undefined
  /** Bytes: larger objects are copied in parts. Defaults to 5 GiB. */
  readonly copyThreshold?: number | undefined
  /** Bytes of such a part. Defaults to 512 MiB. */
  readonly copyPartSize?: number | undefined
  /** Where bytes that never change are read. Left out: as everything, in the bucket. */
  readonly cloudFront?: CloudFront | undefined
  /** Left out: no proxies, and the authorities that Node knows. */
  readonly network?: NetworkSettings | undefined
}

/** Maps a driver's key to an object's name as Distribution does, so that both read each other's stores. */
export function objectName(rootDir: string | undefined, key: string): string {
  return `${(rootDir ?? "").replace(/\/+$/, "")}/${key}`.replace(/^\/+/, "")
}

/**
 * The credentials that the options name, or undefined where the SDK is to find them.
 * @throws MissingOptionError for half a pair
 */
export function explicitCredentials(
  options: Pick<S3DriverOptions, "accessKey" | "secretKey" | "sessionToken">,
) {
  const { accessKey, secretKey, sessionToken } = options
  if (!accessKey && !secretKey) return undefined
  if (!accessKey) throw new MissingOptionError("access-key", "--secret-key needs --access-key beside it.")
  if (!secretKey) throw new MissingOptionError("secret-key", "--access-key needs --secret-key beside it.")
  return { accessKeyId: accessKey, secretAccessKey: secretKey, ...(sessionToken && { sessionToken }) }
}
