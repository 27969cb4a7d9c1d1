/**
 * From settings by name to a CloudFront distribution and the key that signs for it.
 * @module
 */
import { readFile } from "node:fs/promises"
import { endpointUrl } from "../endpoint.ts"
import { MissingOptionError, OptionError } from "../errors.ts"
import { numberOf, type OptionValues, textOf } from "../option.ts"
import { type CloudFront, readPrivateKey } from "./cloudfront.ts"

/** Milliseconds: a stock registry's. */
const LIFETIME = 20 * 60_000

/**
 * @throws MissingOptionError for a part of what it takes
 * @throws OptionError for a key or an address that is none
 */
export async function readCloudFront(values: OptionValues): Promise<CloudFront | undefined> {
  const baseUrl = textOf(values, "cloudfront-base-url")
  const keyPairId = textOf(values, "cloudfront-key-pair-id")
  const file = textOf(values, "cloudfront-private-key")
  if (!baseUrl && !keyPairId && !file) return undefined
  if (!baseUrl) throw missing("cloudfront-base-url")
  if (!keyPairId) throw missing("cloudfront-key-pair-id")
  if (!file) throw missing("cloudfront-private-key")
  return {
    baseUrl: checkedUrl(baseUrl),
    keyPairId,
    privateKey: await readKey(file),
    lifetime: numberOf(values, "cloudfront-duration") ?? LIFETIME,
  }
}

function missing(option: string): MissingOptionError {
  return new MissingOptionError(
    option,
    `--${option} is missing: reading through CloudFront takes --cloudfront-base-url, --cloudfront-key-pair-id and --cloudfront-private-key`,
  )
}

function checkedUrl(text: string): string {
  const url = URL.parse(endpointUrl(text) ?? "")
  if (url && url.search === "" && url.hash === "") return url.href.replace(/\/+$/, "")
  throw new OptionError(
    "cloudfront-base-url",
    `--cloudfront-base-url is the address of a distribution, https://d111111abcdef8.cloudfront.net for example, not '${text}'`,
  )
}

async function readKey(file: string) {
  const pem = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new OptionError("cloudfront-private-key", `--cloudfront-private-key: '${file}' cannot be read`, {
      cause,
    })
  })
  const key = readPrivateKey(pem)
  if (key) return key
  throw new OptionError(
    "cloudfront-private-key",
    `--cloudfront-private-key: there is no RSA private key in '${file}'; it is a PEM file, begins with -----BEGIN, and has no passphrase`,
  )
}
