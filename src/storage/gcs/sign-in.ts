/**
 * Who asks: the headers that the SDK's credentials give a request. Of the SDK only this is used: its requests cannot be aborted,
 * read whole bodies into memory, or make several requests of one.
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 * @module
 */
import { readFile } from "node:fs/promises"
import type { Agent } from "node:http"
import { MissingOptionError } from "../errors.ts"
import { createNetwork, type Network } from "../network.ts"
import { field, text } from "../failed-request.ts"
import { needsSignIn, type GcsDriverOptions } from "./options.ts"

export interface SignIn {
  /** Asks for a token where there is none that is still good. Rejects with a {@link SignInError}. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** What signs URLs. Undefined for all but service accounts whose key is at hand. Rejects with a {@link SignInError}. */
  signingKey(): Promise<SigningKey | undefined>
}

export interface SigningKey {
  /** Of the service account. */
  readonly email: string
  /** Private key, as PEM. */
  readonly key: string
}

/** There is no token to be had. */
export class SignInError extends Error {
  override readonly name = "SignInError"
}

type Identity = Awaited<ReturnType<typeof findIdentity>>

/** @param network through which tokens are asked for */
export function createSignIn(options: GcsDriverOptions, network: Network): SignIn {
  if (!needsSignIn(options)) return { headers: async () => ({}), signingKey: async () => undefined }
  let identity: Promise<Identity> | undefined
  const withIdentity = async <T>(use: (client: Identity) => T | Promise<T>): Promise<T> => {
    identity ??= findIdentity(options, network)
    try {
      return await use(await identity)
    } catch (error) {
      throw signInError(error)
    }
  }
  return {
    headers: () =>
      withIdentity(async (client) =>
        Object.fromEntries(await network.explaining(() => client.getRequestHeaders())),
      ),
    signingKey: () => withIdentity(keyOf),
  }
}

function keyOf(client: object): SigningKey | undefined {
  const email = text(client, "email")
  const key = text(client, "key")
  return email && key ? { email, key } : undefined
}

/**
 * Looks for credentials, where nothing else says who asks: then the place to say it may have been forgotten.
 * @throws MissingOptionError
 */
export async function requireIdentity(options: GcsDriverOptions): Promise<void> {
  if (!needsSignIn(options) || options.projectId || options.keyfile || options.credentials) return
  using network = createNetwork(options.network ?? {}, 1)
  try {
    await findIdentity(options, network)
  } catch (error) {
    if (!isWithoutCredentials(error)) return // the first request says it better
    throw new MissingOptionError(
      "project-id",
      "The gcs backend requires project ID or credentials, and there is neither: pass --project-id or set GOOGLE_CLOUD_PROJECT, and sign in with `gcloud auth application-default login` or --keyfile. (Public buckets need only --anonymous.)",
      { cause: error },
    )
  }
}

/** The SDK's own options for a key print warnings that they are outdated; this is what it does with one from the environment. */
export async function findIdentity({ projectId, keyfile, credentials }: GcsDriverOptions, network: Network) {
  const { Storage } = await import("@google-cloud/storage") // takes a while, and is for nothing where nobody signs in
  const agent: AgentChoice = (url) => network.agentFor(url)
  const clientOptions = { transporterOptions: { agent } }
  const { authClient } = new Storage({ clientOptions, ...(projectId && { projectId }) })
  if (credentials) authClient.jsonContent = credentials
  if (!keyfile) return askingOver(agent, await authClient.getClient())
  // Read beforehand: what is no JSON would be taken for a certificate.
  JSON.parse(await readFile(keyfile, "utf8"))
  // oxlint-disable-next-line no-underscore-dangle -- declared public, and the version is pinned
  return askingOver(agent, await authClient._getApplicationCredentialsFromFilePath(keyfile, clientOptions))
}

type AgentChoice = (url: URL) => Agent

/** Clients that exchange one token for another, and their helpers, are made by the SDK without the options that it was given. */
function askingOver<C extends object>(agent: AgentChoice, client: C): C {
  const defaults: unknown = field(field(client, "transporter"), "defaults")
  if (typeof defaults === "object" && defaults !== null) Object.assign(defaults, { agent })
  for (const helper of [field(client, "stsCredential"), field(client, "sourceClient")]) {
    if (typeof helper === "object" && helper !== null) askingOver(agent, helper)
  }
  return client
}

export function isWithoutCredentials(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Could not load the default credentials")
}

export function signInError(cause: unknown): SignInError {
  // Node quotes what it could not parse: a part of the key file.
  if (cause instanceof SyntaxError) return new SignInError("The file of credentials is not JSON.")
  return new SignInError(cause instanceof Error ? cause.message : "There is no token.", { cause })
}
