/**
 * The SDK's client, with what does not suit large transfers turned off.
 * @module
 */
import { ContainerClient, newPipeline, type RequestPolicyFactory } from "@azure/storage-blob"
import type { Agent } from "node:http"
import { createAgent } from "./agent.ts"
import type { Account } from "./sign-in.ts"

export interface Client {
  readonly container: ContainerClient
  /** Holds the connections. */
  readonly agent: Agent
}

/** @param concurrency idle connections to keep */
export function createClient({ url, credential }: Account, container: string, concurrency: number): Client {
  const agent = createAgent(url, concurrency)
  const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } }) // retries are ours
  pipeline.factories.push(connectingWith(agent))
  const [address, signature] = splitQuery(url)
  const location = `${address.replace(/\/+$/, "")}/${container}${signature}`
  return { container: new ContainerClient(location, pipeline), agent }
}

function connectingWith(agent: Agent): RequestPolicyFactory {
  return {
    create: (next) => ({
      sendRequest(request) {
        // Where the environment names a proxy, the SDK has set that one's.
        request.agent ??= agent
        return next.sendRequest(request)
      },
    }),
  }
}

/** A shared access signature is a query, which goes behind the container's name. */
function splitQuery(url: string): readonly [address: string, query: string] {
  const start = url.indexOf("?")
  return start === -1 ? [url, ""] : [url.slice(0, start), url.slice(start)]
}
