/**
 * Where requests would go, and who would ask.
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 * @module
 */
import { readFile } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { GCS_OPTIONS } from "../gcs-options.ts"
import { createNetwork } from "../network.ts"
import { readNetwork } from "../network-settings.ts"
import { abortable } from "../abort.ts"
import { CREDENTIALS, type Finding, from, type Question, withoutCredentials } from "../diagnosis.ts"
import { field, text } from "../failed-request.ts"
import { describeFailure } from "./errors.ts"
import { gcsOptions } from "./open.ts"
import { endpointUrl, type GcsDriverOptions, isGoogle, needsSignIn } from "./options.ts"
import { findIdentity, isWithoutCredentials, signInError } from "./sign-in.ts"

/** What `type` in a file of credentials means. */
const TYPES: Readonly<Record<string, string>> = {
  service_account: "service account",
  authorized_user: "a user's sign-in",
  external_account: "workload identity federation",
  external_account_authorized_user: "workforce identity federation",
  impersonated_service_account: "impersonated service account",
}

export async function explainGcs(question: Question): Promise<readonly Finding[]> {
  const { location = "", options, origins, env } = question
  const network = await readNetwork(GCS_OPTIONS, options, env)
  const settings = { ...gcsOptions(location, options), network }
  const credentials = await explainCredentials(settings, question)
  if (location === "") return [credentials]
  const url = endpointUrl(settings.endpoint)
  const endpoint = `${url}${from(origins["endpoint"])}`
  return [{ title: "Endpoint", level: "ok", text: endpoint, facts: { endpoint: url } }, credentials]
}

async function explainCredentials(settings: GcsDriverOptions, question: Question): Promise<Finding> {
  if (!needsSignIn(settings)) return nobody(settings)
  const { env, origins, signal } = question
  using network = createNetwork(settings.network ?? {}, 1)
  const named = settings.keyfile || env["GOOGLE_APPLICATION_CREDENTIALS"]
  try {
    await abortable(findIdentity(settings, network), signal)
    if (settings.credentials) return found("service account", origins["credentials"] ?? "the options")
    const path = named || wellKnownFile(env)
    const file = await readIdentity(path)
    if (!file) return found("default service account", "the metadata server")
    const origin = named ? `${named} (${origins["keyfile"] ?? "given"})` : `${path} (gcloud's sign-in)`
    return found(TYPES[file.type ?? ""] ?? "credentials", origin, file.email)
  } catch (cause) {
    signal.throwIfAborted()
    const absent = isWithoutCredentials(cause)
    const place = { bucket: settings.bucket, endpoint: endpointUrl(settings.endpoint) }
    const error = describeFailure(signInError(cause), place)
    const advice = named && !absent ? ` (from ${origins["keyfile"] ?? "GOOGLE_APPLICATION_CREDENTIALS"})` : ""
    const finding = withoutCredentials(error, question, absent)
    return { ...finding, text: finding.text + advice }
  }
}

function found(kind: string, source: string, account?: string): Finding {
  const text = `${kind}${account === undefined ? "" : ` ${account}`}, from ${source}`
  return { title: CREDENTIALS, level: "ok", text, facts: { kind, source, account } }
}

function nobody({ anonymous, endpoint }: GcsDriverOptions): Finding {
  const url = endpointUrl(endpoint)
  const why = anonymous
    ? "from --anonymous"
    : isGoogle(url)
      ? "nobody signs in"
      : `a server other than Google's gets none, unless by --keyfile and over HTTPS`
  return { title: CREDENTIALS, level: "ok", text: `none: ${why}`, facts: { kind: "none" } }
}

async function readIdentity(path: string) {
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"))
    const email = text(json, "client_email") ?? impersonated(json) ?? (text(json, "account") || undefined)
    return { type: text(json, "type"), email }
  } catch {
    return undefined // the metadata server has answered, then
  }
}

function impersonated(json: unknown): string | undefined {
  const url = field(json, "service_account_impersonation_url")
  return typeof url === "string" ? /serviceAccounts\/([^:/]+):/.exec(url)?.[1] : undefined
}

/** Where `gcloud auth application-default login` leaves its file. */
function wellKnownFile(env: Question["env"]): string {
  const folder =
    env["CLOUDSDK_CONFIG"] ||
    (env["APPDATA"] ? join(env["APPDATA"], "gcloud") : join(env["HOME"] || homedir(), ".config", "gcloud"))
  return join(folder, "application_default_credentials.json")
}
