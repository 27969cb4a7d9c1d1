/**
 * Where requests would go, and who would ask.
 * @module
 */
import { CREDENTIALS, type Finding, failureOf, from, type Question } from "../diagnosis.ts"
import { MissingOptionError } from "../errors.ts"
import { createNetwork } from "../network.ts"
import { readNetwork } from "../network-settings.ts"
import { AZURE_OPTIONS } from "../azure-options.ts"
import { azureOptions } from "./open.ts"
import type { AzureDriverOptions } from "./options.ts"
import { type Account, signIn, type SignInKind } from "./sign-in.ts"
import { askForToken } from "./token.ts"

/** The options that make up each way to sign in: the last one that was given is the one that decided. */
const OPTIONS: Readonly<Record<SignInKind, string>> = {
  anonymous: "anonymous",
  "connection string": "connection-string",
  "account key": "account-key",
  "client secret": "secret",
  "default credentials": "credential-type",
}

export async function explainAzure(question: Question): Promise<readonly Finding[]> {
  const { location, options, env } = question
  const settings = azureOptions(location ?? "", options)
  using network = createNetwork(await readNetwork(AZURE_OPTIONS, options, env), 1)
  const title = location === undefined ? CREDENTIALS : "Account"
  try {
    // Who would ask can be found out before the account is known.
    const isNameless = location === undefined && !settings.accountName && !settings.connectionString
    const account = await signIn(isNameless ? { ...settings, accountName: "unknown" } : settings, network)
    const credentials = await explainCredentials(account, question)
    return location === undefined ? [credentials] : [explainAccount(settings, account, question), credentials]
  } catch (error) {
    question.signal.throwIfAborted()
    if (!(error instanceof MissingOptionError)) throw error
    return [{ ...failureOf(title, error), level: question.required ? "failure" : "warning" }]
  }
}

function explainAccount(
  { accountName, endpoint }: AzureDriverOptions,
  account: Account,
  { origins }: Question,
) {
  const url = account.url.replace(/\/?(?:\?.*)?$/s, "")
  const name = accountName ? `${accountName}${from(origins["account-name"])}; ` : ""
  const origin = account.kind === "connection string" && !endpoint ? "connection-string" : "endpoint"
  const text = `${name}${url}${from(origins[origin])}`
  return { title: "Account", level: "ok", text, facts: { account: accountName, endpoint: url } } as const
}

async function explainCredentials({ kind, url, credential }: Account, question: Question): Promise<Finding> {
  const source = question.origins[OPTIONS[kind]]
  const ok = (text: string, facts: Finding["facts"] = {}): Finding => {
    return { title: CREDENTIALS, level: "ok", text, facts: { kind, source, ...facts } }
  }
  if (kind === "anonymous") return ok(`none: requests are not signed${from(source)}`)
  if (kind === "account key") return ok(`the account's key${from(source)}`)
  if (kind === "connection string")
    return explainSignature(url, source) ?? ok(`the account's key${from(source)}`)
  return askForToken(credential, kind, url, question)
}

/** A connection string may hold a signature in the key's place: it says itself what it permits, and for how long. */
function explainSignature(url: string, source: string | undefined): Finding | undefined {
  const query = new URL(url).searchParams
  if (!query.has("sig")) return undefined
  const [permissions, expires] = [query.get("sp") ?? undefined, query.get("se") ?? undefined]
  const isOver = expires !== undefined && Date.parse(expires) < Date.now()
  const what = `shared access signature${from(source)}${permissions ? `, for '${permissions}'` : ""}`
  return {
    title: CREDENTIALS,
    // The store has the last word, and its refusal the exit code.
    level: isOver ? "warning" : "ok",
    text: `${what}${expires ? `, ${isOver ? "expired since" : "until"} ${expires}` : ""}${isOver ? ": make a new one" : ""}`,
    facts: { kind: "shared access signature", source, permissions, expires },
  }
}
