/**
 * Who signs in with a token: asks for one, and finds out which of the Azure tools had it.
 * @module
 */
import type { Account, SignInKind } from "./sign-in.ts"
import { abortable } from "../abort.ts"
import { CREDENTIALS, type Finding, from, type Question, withoutCredentials } from "../diagnosis.ts"
import { describeFailure } from "./errors.ts"

const SCOPE = "https://storage.azure.com/.default"

/** The identity package's classes in words. */
const SOURCES: Readonly<Record<string, string>> = {
  EnvironmentCredential: "the environment (AZURE_TENANT_ID, AZURE_CLIENT_ID and what goes with them)",
  WorkloadIdentityCredential: "workload identity (AZURE_FEDERATED_TOKEN_FILE)",
  ManagedIdentityCredential: "a managed identity",
  VisualStudioCodeCredential: "Visual Studio Code",
  AzureCliCredential: "the Azure CLI (az login)",
  AzurePowerShellCredential: "Azure PowerShell",
  AzureDeveloperCliCredential: "the Azure Developer CLI (azd auth login)",
}

interface Token {
  readonly expiresOnTimestamp: number
}

interface TokenSource {
  getToken(scopes: string, options: object): Promise<Token | null>
  /** Of chains only. */
  getTokenInternal?(
    scopes: string,
    options: object,
  ): Promise<{ readonly token: Token; readonly successfulCredential: object }>
}

export async function askForToken(
  credential: Account["credential"],
  kind: SignInKind,
  url: string,
  question: Question,
): Promise<Finding> {
  const { signal, origins, location = "" } = question
  const source = credential as unknown as TokenSource
  try {
    const options = { abortSignal: signal }
    // The only way to learn who answered; the version is pinned.
    const answer = source.getTokenInternal
      ? await abortable(source.getTokenInternal(SCOPE, options), signal)
      : { token: await abortable(source.getToken(SCOPE, options), signal), successfulCredential: undefined }
    const name = answer.successfulCredential?.constructor.name ?? ""
    const who =
      name === "" ? `an application's client secret${from(origins["secret"])}` : (SOURCES[name] ?? name)
    const expires = answer.token && new Date(answer.token.expiresOnTimestamp).toISOString()
    return {
      title: CREDENTIALS,
      level: "ok",
      text: `token from ${who}${expires ? `, until ${expires}` : ""}`,
      facts: { kind, source: who, expires: expires ?? undefined },
    }
  } catch (cause) {
    signal.throwIfAborted()
    const error = describeFailure(cause, { container: location, account: "", url })
    const absent = kind === "default credentials" && cause instanceof Error && ABSENT.test(cause.name)
    return withoutCredentials(error, question, absent)
  }
}

const ABSENT = /^(?:AggregateAuthenticationError|CredentialUnavailableError|AuthenticationRequiredError)$/
