/**
 * Where Podman's Docker-compatible API is not compatible: its own API, at the same socket, is spoken instead.
 * @see https://docs.podman.io/en/latest/_static/api.html#tag/images/operation/ImagePullLibpod
 * @module
 */
import { isRecord, type Platform } from "../oci/descriptor.ts"
import type { EngineRequest } from "./connection.ts"
import { DockerError } from "./errors.ts"
import { refusal } from "./failure.ts"
import { replyLines } from "./lines.ts"
import type { EngineProgress } from "./progress.ts"

/** Podman speaks plain HTTP to a registry on the loopback interface only when told to. */
export const PLAIN_HTTP = { tlsVerify: "false" }

/** The compatible `images/create` ignores {@link PLAIN_HTTP}. */
export function pullRequest(image: string, platform?: Platform): Pick<EngineRequest, "path" | "query"> {
  return {
    path: "/libpod/images/pull",
    query: {
      reference: image,
      ...PLAIN_HTTP,
      ...(platform && { OS: platform.os, Arch: platform.architecture }),
      ...(platform?.variant !== undefined && { Variant: platform.variant }),
    },
  }
}

/**
 * Reads the reply: `{"stream"}` for each line that `podman pull` would print, and `{"error"}` or `{"id","images"}` at the end.
 *
 * @param purpose the request in words, after "cannot"
 * @throws DockerError FAILED, also for a reply that ends without an image; IMAGE_NOT_FOUND; whatever `chunks` throws
 */
export async function* readPull(
  chunks: AsyncIterable<Uint8Array>,
  purpose: string,
): AsyncGenerator<EngineProgress, void> {
  let pulled = false
  for await (const line of replyLines(chunks, purpose)) {
    const { stream, error, id } = isRecord(line) ? line : {}
    if (typeof error === "string" && error !== "") throw refusal(error, purpose)
    if (typeof stream === "string" && stream.trim() !== "") yield { type: "message", text: stream.trim() }
    pulled ||= typeof id === "string" && id !== ""
  }
  if (!pulled) throw new DockerError("FAILED", `Cannot ${purpose}: Podman's reply ends without an image`)
}

/**
 * The name that Podman itself would give: one without a registry stands below `localhost/`, where `podman run` looks first. The
 * compatible API would put it below `docker.io/`, behind an older image of the same short name.
 */
export function localName(repository: string): string {
  const [first = "", ...rest] = repository.split("/")
  const hasRegistry = rest.length > 0 && (first === "localhost" || /[.:]/.test(first))
  return hasRegistry ? repository : `localhost/${repository}`
}
