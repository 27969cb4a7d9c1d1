/**
 * What a request to a store is for, whatever the cloud.
 * @module
 */
import type { Cloud } from "../../support/clouds/cloud.ts"
import type { SeenRequest } from "../../support/fault-proxy.ts"

export type Kind =
  | "begin"
  | "part"
  | "complete"
  | "abort"
  | "put"
  | "read"
  | "stat"
  | "list"
  | "delete"
  | "copy"

const KINDS: Readonly<Record<Cloud["name"], (request: SeenRequest, query: URLSearchParams) => Kind>> = {
  s3({ method, headers }, query) {
    if (query.has("list-type")) return "list"
    if (method === "GET") return "read"
    if (method === "HEAD") return "stat"
    if (method === "POST" && query.has("uploads")) return "begin"
    if (method === "POST" && query.has("uploadId")) return "complete"
    if (method === "DELETE") return query.has("uploadId") ? "abort" : "delete"
    if (method === "POST") return "delete"
    if (headers["x-amz-copy-source"] !== undefined) return "copy"
    return query.has("partNumber") ? "part" : "put"
  },

  gcs({ method, url }, query) {
    if (method === "PUT") return "part"
    if (method === "DELETE") return query.has("upload_id") ? "abort" : "delete"
    if (method === "POST") {
      const type = query.get("uploadType")
      return type === "resumable" ? "begin" : type === null ? "copy" : "put"
    }
    if (query.get("alt") === "media") return "read"
    return /\/o\?/.test(url) ? "list" : "stat"
  },

  azure({ method, headers }, query) {
    const comp = query.get("comp")
    if (comp === "list") return "list"
    if (comp === "block") return "part"
    if (comp === "blocklist") return "complete"
    if (method === "HEAD") return "stat"
    if (method === "GET") return "read"
    if (method === "DELETE") return "delete"
    return headers["x-ms-copy-source"] === undefined ? "put" : "copy"
  },
}

export function kindOf(cloud: Cloud["name"], request: SeenRequest): Kind {
  return KINDS[cloud](request, new URL(request.url, "http://localhost").searchParams)
}
