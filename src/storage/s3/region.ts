/**
 * Finding out a bucket's region.
 * @module
 */
import { HeadBucketCommand } from "@aws-sdk/client-s3"
import { MissingOptionError } from "../errors.ts"
import { createClient, type ClientOptions } from "./client.ts"
import { describeFailure } from "./errors.ts"
import { responseHeader } from "./response.ts"

/** Where a request for any bucket is answered with the bucket's own region. Also what compatible servers expect. */
const DEFAULT_REGION = "us-east-1"

type RegionQuestion = ClientOptions & { readonly bucket: string }

export interface Region {
  readonly name: string
  /** Who said so: who asks, the AWS configuration (environment or profile), what servers other than AWS expect, the bucket. */
  readonly origin: "options" | "profile" | "server" | "bucket"
}

/**
 * The region given, else the one of environment or profile, else a server's usual one, else what AWS says about the bucket.
 * @throws MissingOptionError when there is none, nor credentials to ask with
 * @throws StorageError when the bucket could not be asked
 */
export async function resolveRegion(options: RegionQuestion): Promise<string> {
  return (await findRegion(options)).name
}

/** As {@link resolveRegion}, with who said so. */
export async function findRegion(options: RegionQuestion): Promise<Region> {
  if (options.region) return { name: options.region, origin: "options" }
  const configured = await configuredRegion(options)
  if (configured) return { name: configured, origin: "profile" }
  if (options.endpoint) return { name: DEFAULT_REGION, origin: "server" }
  return { name: await askBucket(options), origin: "bucket" }
}

async function configuredRegion(options: ClientOptions): Promise<string | undefined> {
  const client = createClient({ ...(options.profile && { profile: options.profile }) }, 1)
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}

async function askBucket(options: RegionQuestion): Promise<string> {
  const { bucket } = options
  const client = createClient({ ...options, accelerate: undefined, region: DEFAULT_REGION }, 1)
  try {
    await client.config.credentials().catch((error: unknown) => {
      throw missingRegion(bucket, error)
    })
    const answer = await client.send(new HeadBucketCommand({ Bucket: bucket }))
    return answer.BucketRegion ?? DEFAULT_REGION
  } catch (error) {
    if (error instanceof MissingOptionError) throw error
    // A refusal names the region too, whether or not these credentials may see the bucket.
    const region = responseHeader(error, "x-amz-bucket-region")
    if (region) return region
    throw describeFailure(error, { bucket, region: DEFAULT_REGION })
  } finally {
    client.destroy()
  }
}

function missingRegion(bucket: string, cause: unknown): MissingOptionError {
  return new MissingOptionError(
    "region",
    `The s3 backend requires region: pass --region or set AWS_REGION. (There are no credentials to ask the bucket ${bucket} for it.)`,
    { cause },
  )
}
