/**
 * How much of an image a daemon has: as many of its layers, from the lowest on, as one of its images begins with.
 * @module
 */
import type { DockerEngine } from "../../docker/engine.ts"
import type { Digest } from "../../oci/digest.ts"

/** Images that are asked for their layers: a daemon of thousands is not worth it. */
const LIMIT = 200

/** The number of layers that need not be sent. Only the classic store takes an archive without them. */
export async function presentLayers(
  engine: DockerEngine,
  diffIds: readonly Digest[],
  signal?: AbortSignal,
): Promise<number> {
  if (engine.info.store !== "classic" || engine.info.kind !== "docker") return 0
  const ids = (await engine.listImages({ signal })).slice(0, LIMIT)
  const images = await Promise.all(ids.map((id) => engine.inspectImage(id, { signal })))
  return Math.max(0, ...images.map((image) => commonStart(diffIds, image?.layers ?? [])))
}

function commonStart(wanted: readonly string[], present: readonly string[]): number {
  const different = wanted.findIndex((layer, index) => layer !== present[index])
  return different === -1 ? wanted.length : different
}
