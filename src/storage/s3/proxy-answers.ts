/**
 * A proxy that answers in the store's place is not taken for a store.
 * @module
 */
import type { S3Client } from "@aws-sdk/client-s3"
import type { Network } from "../network.ts"

export function recogniseProxies(client: S3Client, network: Network): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const refusal =
        isRequest(args.request) && network.refusalOf(urlOf(args.request), statusOf(result.response))
      if (refusal) throw refusal
      return result
    },
    { step: "deserialize", priority: "low", name: "recogniseProxies" }, // before the SDK reads the answer
  )
}

interface HttpRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
}

function isRequest(request: unknown): request is HttpRequest {
  return typeof request === "object" && request !== null && "hostname" in request && "protocol" in request
}

function urlOf({ protocol, hostname, port }: HttpRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`
}

function statusOf(response: unknown): number | undefined {
  const status =
    typeof response === "object" && response !== null ? Reflect.get(response, "statusCode") : undefined
  return typeof status === "number" ? status : undefined
}
