/**
 * What a daemon tells while it pushes or pulls.
 * @see https://pkg.go.dev/github.com/moby/moby/api/types/jsonstream#Message
 * @module
 */
import { isRecord, readDescriptor } from "../oci/descriptor.ts"
import { type Digest, isDigest } from "../oci/digest.ts"
import { refusal } from "./failure.ts"
import { replyLines } from "./lines.ts"

/** One layer's state, in the daemon's words: `Pushing`, `Layer already exists`, `Pull complete`, `Retrying in 5 seconds`. */
export interface LayerProgress {
  readonly type: "layer"
  /** The first 12 hex digits of the layer's digest: of its uncompressed form on a push from the classic store. */
  readonly id: string
  readonly status: string
  /** Bytes so far. The classic store counts file content in `total` but whole tar archives here: it may end beyond it. */
  readonly current?: number
  readonly total?: number
}

export type EngineProgress =
  | LayerProgress
  | { readonly type: "message"; readonly text: string }
  /** The manifest that was pushed or pulled. */
  | { readonly type: "digest"; readonly digest: Digest; readonly tag?: string; readonly size?: number }
  /** The containerd store lacks part of the index, so it pushed one platform's manifest under the tag. */
  | { readonly type: "index-replaced"; readonly index: Digest; readonly manifest: Digest }

/**
 * Reads the reply to a push or pull. Each digest comes once, although the classic store says it twice.
 *
 * @param purpose the request in words, after "cannot"
 * @throws DockerError FAILED or IMAGE_NOT_FOUND with the daemon's message, since a failure is a line in a reply that ends well;
 *   whatever `chunks` throws
 */
export async function* readProgress(
  chunks: AsyncIterable<Uint8Array>,
  purpose: string,
): AsyncGenerator<EngineProgress, void> {
  let lastDigest: Digest | undefined
  for await (const line of replyLines(chunks, purpose)) {
    const progress = isRecord(line) ? interpret(line, purpose) : undefined
    if (!progress) continue
    if (progress.type === "digest") {
      if (progress.digest === lastDigest) continue
      lastDigest = progress.digest
    }
    yield progress
  }
}

/** Undefined for lines that say nothing: forward compatible, like every client of this stream. */
function interpret(line: Record<string, unknown>, purpose: string): EngineProgress | undefined {
  const { status, id, progressDetail, aux, error, errorDetail } = line
  const said = (isRecord(errorDetail) ? errorDetail["message"] : undefined) ?? error
  if (said !== undefined) throw refusal(typeof said === "string" ? said : JSON.stringify(said), purpose)
  if (isRecord(aux)) return fromAux(aux)
  if (typeof status !== "string") return undefined
  // "Pulling from <repository>" carries the tag as its id.
  if (typeof id !== "string" || id === "" || status.startsWith("Pulling from ")) return fromStatus(status)
  const { current, total } = isRecord(progressDetail) ? progressDetail : {}
  return {
    type: "layer",
    id,
    status,
    ...(typeof current === "number" && { current }),
    ...(typeof total === "number" && { total }),
  }
}

/** `v1: digest: sha256:… size: 944` ends a push, `Digest: sha256:…` a pull. */
function fromStatus(text: string): EngineProgress {
  const pushed = /^(\S+): digest: (\S+) size: (\d+)$/.exec(text)
  if (pushed) {
    const [, tag = "", digest = "", size] = pushed
    if (isDigest(digest)) return { type: "digest", digest, tag, size: Number(size) }
  }
  const pulled = /^Digest: (\S+)$/.exec(text)?.[1]
  if (pulled !== undefined && isDigest(pulled)) return { type: "digest", digest: pulled }
  return { type: "message", text }
}

/** @see https://pkg.go.dev/github.com/moby/moby/api/types/auxprogress */
function fromAux(aux: Record<string, unknown>): EngineProgress | undefined {
  const { Tag: tag, Digest: digest, Size: size } = aux
  if (typeof digest === "string" && isDigest(digest)) {
    return {
      type: "digest",
      digest,
      ...(typeof tag === "string" && { tag }),
      ...(typeof size === "number" && { size }),
    }
  }
  const index = readDescriptor(aux["originalIndex"])
  const manifest = readDescriptor(aux["selectedManifest"])
  if (!index || !manifest) return undefined
  return { type: "index-replaced", index: index.digest, manifest: manifest.digest }
}
