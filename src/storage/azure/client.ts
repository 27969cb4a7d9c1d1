/**
 * The SDK's client, with what does not suit large transfers turned off.
 * @module
 */
import { ContainerClient, newPipeline, type RequestPolicyFactory, RestError } from "@azure/storage-blob"
import type { Network } from "../network.ts"
import type { Account } from "./sign-in.ts"

export function createClient(
  { url, credential }: Account,
  container: string,
  network: Network,
): ContainerClient {
  const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } }) // retries are ours
  pipeline.factories.push(connectingOver(network))
  const [address, signature] = splitQuery(url)
  const location = `${address.replace(/\/+$/, "")}/${container}${signature}`
  return new ContainerClient(location, pipeline)
}

function connectingOver(network: Network): RequestPolicyFactory {
  return {
    create: (next) => ({
      async sendRequest(request) {
        // In place of the one that the SDK may have set by its own reading of the environment.
        request.agent = network.agentFor(request.url)
        try {
          return await next.sendRequest(request)
        } catch (error) {
          const status = error instanceof RestError ? error.statusCode : undefined
          throw network.refusalOf(request.url, status) ?? error
        }
      },
    }),
  }
}

/** A shared access signature is a query, which goes behind the container's name. */
function splitQuery(url: string): readonly [address: string, query: string] {
  const start = url.indexOf("?")
  return start === -1 ? [url, ""] : [url.slice(0, start), url.slice(start)]
}
