/**
 * An object's resource, as the store describes it in JSON.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource
 * @module
 */
import { text } from "../failed-request.ts"
import type { GcsBucket } from "./bucket.ts"

export interface Resource {
  readonly size: number
  readonly generation: string
  readonly modified: Date
  /** Checksum of the content, in base64. Composite objects have it too. */
  readonly crc32c: string | undefined
  readonly contentType: string | undefined
}

/** What answers are asked to be cut down to. */
export const RESOURCE_FIELDS = "size,generation,updated,crc32c,contentType"

export function resourceOf(bucket: GcsBucket, resource: object | undefined, key: string): Resource {
  const of = (name: string) => bucket.expect(text(resource, name), name, key)
  return {
    size: Number(of("size")),
    generation: of("generation"),
    modified: new Date(of("updated")),
    crc32c: text(resource, "crc32c"),
    contentType: text(resource, "contentType"),
  }
}

/** What a stock registry keeps of an upload between two requests: for its own driver, and for us, there is no such object. */
export function isUnfinished(contentType: string | undefined): boolean {
  return contentType === "application/x-docker-upload-session"
}
