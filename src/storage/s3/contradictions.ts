/**
 * Options that cannot be used together, or not as they are: found before anything is asked.
 * @module
 */
import { OptionError } from "../errors.ts"
import { flagOf, type OptionValues, textOf } from "../option.ts"

/** What only AWS has. */
const AWS_ONLY = {
  accelerate: "--accelerate",
  usedualstack: "--option usedualstack",
  usefipsendpoint: "--option usefipsendpoint",
} as const

/** @throws OptionError */
export function refuseContradictions(bucket: string, values: OptionValues): void {
  const endpoint = textOf(values, "endpoint")
  const isOn = (name: string) => flagOf(values, name) === true
  const isOff = (name: string) => flagOf(values, name) === false
  for (const [name, said] of Object.entries(AWS_ONLY)) {
    if (endpoint && isOn(name)) {
      throw new OptionError(
        name,
        `${said} is for AWS itself, and the endpoint is ${endpoint}: leave out one of them`,
      )
    }
  }
  if (isOn("accelerate")) {
    const reason = obstacleToAcceleration(bucket, values)
    if (reason) throw new OptionError("accelerate", `--accelerate is not possible: ${reason}`)
  }
  if (isOff("encrypt") && textOf(values, "kms-key-id")) {
    throw new OptionError("encrypt", "--kms-key-id has everything encrypted: leave it out, or --no-encrypt")
  }
  if (isOff("secure") && !endpoint) {
    throw new OptionError("secure", "--option secure=false needs --endpoint: to AWS it is always HTTPS")
  }
  if (isOff("v4auth")) {
    throw new OptionError(
      "v4auth",
      "--option v4auth=false is not possible: S3 takes signatures of version 4 only",
    )
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html#transfer-acceleration-requirements */
function obstacleToAcceleration(bucket: string, values: OptionValues): string | undefined {
  if (bucket.includes(".")) return `the name of the bucket ${bucket} has a dot`
  if (flagOf(values, "path-style")) return "--path-style is on, and the bucket has to be in the host name"
  if (flagOf(values, "usefipsendpoint"))
    return "its endpoint is none of FIPS, as --option usefipsendpoint wants it"
  return undefined
}
