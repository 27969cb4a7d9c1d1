/**
 * The SDK's client, with what does not suit large transfers turned off.
 * @module
 */
import { defaultProvider, type DefaultProviderInit } from "@aws-sdk/credential-provider-node"
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import type { Agent } from "node:http"
import { endpointUrl } from "../endpoint.ts"
import { createNetwork, type Network } from "../network.ts"
import { explicitCredentials, type S3DriverOptions } from "./options.ts"
import { recogniseProxies } from "./proxy-answers.ts"
import { PayloadHash } from "./payload-hash.ts"
import { leaveLargeBodiesUnsigned } from "./unsigned-bodies.ts"

export type ClientOptions = Omit<S3DriverOptions, "bucket" | "region"> & {
  readonly region?: string | undefined
}

/** As the SDK's handler of requests takes them. */
interface Connections extends Record<string, unknown> {
  readonly httpAgent: Agent
  readonly httpsAgent: Network["secure"]
}

/** @param concurrency idle connections to keep */
export function createClient(options: ClientOptions, concurrency: number): S3Client {
  const endpoint = endpointUrl(options.endpoint)
  const network = createNetwork(options.network ?? {}, concurrency)
  const requestHandler = {
    httpAgent: network.agentFor(endpoint ?? "http://s3.amazonaws.com"),
    httpsAgent: network.secure,
  }
  const client = new S3Client({
    ...(options.region && { region: options.region }),
    ...(options.profile && { profile: options.profile }),
    ...(endpoint && compatibleServer(endpoint)),
    ...identity(options),
    ...variants(options),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    maxAttempts: 1, // retries are ours
    // The SDK would open a new connection for every part to wait on: parts are retried from memory anyway.
    expectContinueHeader: false,
    requestHandler,
    sha256: PayloadHash,
    credentialDefaultProvider: credentialsOver(network, requestHandler),
  })
  recogniseProxies(client, network)
  if (!options.anonymous) leaveLargeBodiesUnsigned(client)
  return client
}

/** Many such servers know no checksum trailers, and some break on the headers. */
function compatibleServer(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  }
}

/** What is left out, the environment and the AWS configuration files may say. */
function variants({ accelerate, dualStack, fips, userAgent }: ClientOptions): S3ClientConfig {
  return {
    ...(accelerate !== undefined && { useAccelerateEndpoint: accelerate }),
    ...(dualStack !== undefined && { useDualstackEndpoint: dualStack }),
    ...(fips !== undefined && { useFipsEndpoint: fips }),
    ...(userAgent && { customUserAgent: userAgent }),
  }
}

function identity(options: ClientOptions): S3ClientConfig {
  if (options.anonymous) {
    return {
      // The SDK asks for credentials whether or not the signer uses them; these are never sent.
      credentials: { accessKeyId: "anonymous", secretAccessKey: "anonymous" },
      signer: { sign: async (request) => request },
    }
  }
  const credentials = explicitCredentials(options)
  return credentials ? { credentials } : {}
}

/** The SDK's own chain. It asks most services over the client's connections, but single sign-on over others unless it is told. */
function credentialsOver(network: Network, requestHandler: Connections) {
  return (init: DefaultProviderInit) => {
    const provide = defaultProvider({ ...init, clientConfig: { requestHandler } })
    return (options?: Parameters<typeof provide>[0]) => network.explaining(() => provide(options))
  }
}
