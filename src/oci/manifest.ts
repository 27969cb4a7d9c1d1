/**
 * Image manifests and indexes: what is read from the JSON, and what is refused because no registry could read it back.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 * @module
 */
import { type Descriptor, isRecord, readDescriptor } from "./descriptor.ts"
import { RegistryError } from "./errors.ts"
import {
  essence,
  isManifestMediaType,
  isNonDistributable,
  MANIFEST_TYPES,
  type ManifestMediaType,
  OCI_IMAGE_INDEX,
  OCI_IMAGE_MANIFEST,
} from "./media-types.ts"

/** Bytes; Distribution neither accepts nor reads back a larger manifest. */
export const MANIFEST_LIMIT = 4 * 1024 * 1024

export interface Manifest {
  readonly mediaType: ManifestMediaType
  readonly kind: "image" | "index"
  readonly config?: Descriptor
  readonly layers: readonly Descriptor[]
  /** Children of an index. */
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  /** What a list of referrers says it is: its own `artifactType`, or else an image's type of config. */
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Reads a manifest. The bytes themselves stay what is stored and hashed.
 *
 * @param contentType the type that the client declares, checked against the JSON's own `mediaType`
 * @throws RegistryError MANIFEST_INVALID naming the first thing wrong
 */
export function parseManifest(bytes: Uint8Array, contentType?: string): Manifest {
  const json = parseJson(bytes)
  if (json["schemaVersion"] !== 2) throw invalid("schemaVersion must be 2")
  const mediaType = mediaTypeOf(json, contentType)
  const kind = MANIFEST_TYPES[mediaType]
  if (kind === "image" && json["manifests"] !== undefined)
    throw invalid("an image manifest has no 'manifests'")
  if (kind === "index" && (json["config"] !== undefined || json["layers"] !== undefined)) {
    throw invalid("an index has neither 'config' nor 'layers'")
  }
  const subject = json["subject"] == null ? undefined : descriptor(json["subject"], "subject")
  const { artifactType, annotations } = json
  const common = {
    mediaType,
    kind,
    ...(subject && { subject }),
    ...(isRecord(annotations) && { annotations: annotations as Record<string, string> }),
    ...(typeof artifactType === "string" && artifactType !== "" && { artifactType }),
  }
  if (kind === "index")
    return { ...common, layers: [], manifests: descriptors(json["manifests"], "manifests") }
  const config = descriptor(json["config"], "config")
  return {
    ...(config.mediaType !== "" && { artifactType: config.mediaType }),
    ...common,
    config,
    layers: descriptors(json["layers"], "layers"),
    manifests: [],
  }
}

/**
 * Blobs that must be in the store before this manifest may be, each once: config and layers, but for those that live elsewhere.
 */
export function requiredBlobs(manifest: Manifest): readonly Descriptor[] {
  const layers = manifest.layers.filter((layer) => !isNonDistributable(layer.mediaType))
  const all = manifest.config ? [manifest.config, ...layers] : layers
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()]
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch (cause) {
    throw invalid("it is not JSON", cause)
  }
  if (!isRecord(json)) throw invalid("it is not a JSON object")
  return json
}

function mediaTypeOf(json: Record<string, unknown>, contentType: string | undefined): ManifestMediaType {
  const declared = contentType === undefined || contentType === "" ? undefined : essence(contentType)
  const written = json["mediaType"]
  if (written !== undefined && typeof written !== "string") throw invalid("mediaType must be a string")
  if (declared && written && declared !== written) {
    throw invalid(`its mediaType is ${written}, but it was sent as ${declared}`)
  }
  // Docker's types require the field; without it the JSON is OCI's, whatever it was sent as.
  const guess = json["manifests"] == null ? OCI_IMAGE_MANIFEST : OCI_IMAGE_INDEX
  const type = written ?? declared ?? guess
  if (!isManifestMediaType(type)) throw invalid(`'${type}' is no type of manifest that registries can read`)
  if (written === undefined && type !== guess) throw invalid(`it must say "mediaType": "${type}"`)
  return type
}

function descriptor(value: unknown, field: string): Descriptor {
  const result = readDescriptor(value)
  if (!result) throw invalid(`'${field}' is not a descriptor with a digest and a size`)
  return result
}

function descriptors(value: unknown, field: string): Descriptor[] {
  if (value == null) return []
  if (!Array.isArray(value)) throw invalid(`'${field}' is not a list`)
  return value.map((item, index) => descriptor(item, `${field}[${index}]`))
}

function invalid(reason: string, cause?: unknown): RegistryError {
  return new RegistryError("MANIFEST_INVALID", { message: `manifest invalid: ${reason}`, cause })
}
