/**
 * Whose credentials sign the requests, and where the SDK found them.
 * @module
 */
import { abortable } from "../abort.ts"
import { CREDENTIALS, type Finding, type Question, withoutCredentials } from "../diagnosis.ts"
import { createClient } from "./client.ts"
import { describeFailure } from "./errors.ts"
import type { S3Settings } from "./open.ts"

/**
 * The SDK's marks on credentials, in words.
 * @see https://github.com/aws/aws-sdk-js-v3/blob/main/packages/types/src/feature-ids.ts
 */
const SOURCES: Readonly<Record<string, (profile: string) => string>> = {
  CREDENTIALS_ENV_VARS: () => "AWS_ACCESS_KEY_ID",
  CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN: () => "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
  CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: () => "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
  CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN: (profile) => `web identity of the ${profile}`,
  CREDENTIALS_PROFILE_SSO: (profile) => `single sign-on of the ${profile}`,
  CREDENTIALS_PROFILE_SSO_LEGACY: (profile) => `single sign-on of the ${profile}`,
  CREDENTIALS_SSO: (profile) => `single sign-on of the ${profile}`,
  CREDENTIALS_SSO_LEGACY: (profile) => `single sign-on of the ${profile}`,
  CREDENTIALS_PROFILE_LOGIN: (profile) => `the sign-in (aws login) of the ${profile}`,
  CREDENTIALS_LOGIN: (profile) => `the sign-in (aws login) of the ${profile}`,
  CREDENTIALS_PROFILE_PROCESS: (profile) => `the process that the ${profile} names`,
  CREDENTIALS_PROCESS: (profile) => `the process that the ${profile} names`,
  CREDENTIALS_PROFILE_SOURCE_PROFILE: (profile) => `a role that the ${profile} assumes`,
  CREDENTIALS_PROFILE_NAMED_PROVIDER: (profile) => `a role that the ${profile} assumes`,
  CREDENTIALS_STS_ASSUME_ROLE: (profile) => `a role that the ${profile} assumes`,
  CREDENTIALS_PROFILE: (profile) => `the ${profile}`,
  CREDENTIALS_HTTP: () => "the container's metadata service",
  CREDENTIALS_IMDS: () => "the instance's metadata service",
}

export async function explainCredentials(settings: S3Settings, question: Question): Promise<Finding> {
  const { origins, signal } = question
  if (settings.anonymous) {
    return { title: CREDENTIALS, level: "ok", text: "none: requests are not signed, from --anonymous" }
  }
  const region = settings.region ?? "us-east-1"
  const client = createClient({ ...settings, region }, 1)
  try {
    const found = await abortable(client.config.credentials(), signal)
    const { accessKeyId, sessionToken, expiration, $source = {} } = found as typeof found & Marked
    const source = settings.accessKey
      ? (origins["access-key"] ?? "the command line")
      : sourceOf($source, profileOf(question))
    const masked = `…${accessKeyId.slice(-4)}`
    const expires = expiration?.toISOString()
    const life = expires ? `, temporary until ${expires}` : sessionToken ? ", temporary" : ""
    return {
      title: CREDENTIALS,
      level: "ok",
      text: `access key ${masked} from ${source}${life}`,
      facts: {
        kind: "access key",
        source,
        accessKey: masked,
        temporary: sessionToken !== undefined,
        expires,
      },
    }
  } catch (error) {
    const place = { bucket: settings.bucket, region, endpoint: settings.endpoint }
    const failure = describeFailure(error, place)
    const absent = /Could not load credentials from any/.test(failure.message)
    const finding = withoutCredentials(failure, question, absent)
    return isProfileNamed(question)
      ? { ...finding, text: `${finding.text} There are none in the ${profileOf(question)}.` }
      : finding
  } finally {
    client.destroy()
  }
}

interface Marked {
  readonly $source?: Readonly<Record<string, string>>
}

/** The first mark in the order above. The metadata services leave none in places. */
function sourceOf(marks: Readonly<Record<string, string>>, profile: string): string {
  const mark = Object.keys(SOURCES).find((mark) => mark in marks)
  return SOURCES[mark ?? ""]?.(profile) ?? "the metadata service of the container or instance"
}

function isProfileNamed({ options, env }: Question): boolean {
  return Boolean(options["profile"] ?? env["AWS_PROFILE"])
}

function profileOf({ options, origins, env }: Question): string {
  const name = options["profile"] ?? env["AWS_PROFILE"]
  return name === undefined ? "profile 'default'" : `profile '${name}' (${origins["profile"] ?? "given"})`
}
