/**
 * Answers every request as an S3 server would that has what is asked for, and stores nothing: for headers that no emulator heeds.
 * @module
 */
import type { Fault, FaultPlan, SeenRequest } from "./fault-proxy.ts"

const MODIFIED = new Date(0).toUTCString()

/** @param size bytes of every object */
export function answersOfS3(size: number): FaultPlan {
  return ({ method, url, headers }: SeenRequest): Fault => {
    const etag = { etag: '"e"' }
    if (method === "HEAD") {
      return { status: 200, headers: { ...etag, "content-length": String(size), "last-modified": MODIFIED } }
    }
    if (method === "POST" && url.includes("uploads")) {
      return { status: 200, body: element("InitiateMultipartUploadResult", "<UploadId>u</UploadId>") }
    }
    if (method === "POST" && url.includes("uploadId="))
      return { status: 200, body: element("CompleteMultipartUploadResult", "<ETag>e</ETag>") }
    if (headers["x-amz-copy-source"] !== undefined) {
      const name = url.includes("uploadId=") ? "CopyPartResult" : "CopyObjectResult"
      return { status: 200, body: element(name, "<ETag>e</ETag>") }
    }
    return { status: method === "DELETE" ? 204 : 200, headers: etag }
  }
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}
