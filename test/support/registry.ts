/**
 * A registry over memory, called without a socket.
 */
import type { Hono } from "hono"
import { createApp } from "../../src/http/app.ts"
import type { Env } from "../../src/http/env.ts"
import { toRegistryError } from "../../src/http/error-response.ts"
import { type Digest, digestOf } from "../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST } from "../../src/oci/media-types.ts"
import type { RegistryOptions } from "../../src/registry/context.ts"
import { createRegistry, type Registry } from "../../src/registry/registry.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createMemoryDriver } from "../../src/storage/memory.ts"
import { tmpdir } from "node:os"

export interface TestRegistry {
  readonly driver: StorageDriver
  readonly registry: Registry
  readonly app: Hono<Env>
  /** Errors that were the registry's own. */
  readonly errors: Error[]
  /** Every key in the store. */
  keys(): Promise<string[]>
}

export function createTestRegistry(
  options: Partial<RegistryOptions> = {},
  driver: StorageDriver = createMemoryDriver(),
): TestRegistry {
  const registry = createRegistry(driver, {
    scope: "store",
    publish: "on-put",
    budget: createMemoryBudget(64 * 1024 * 1024),
    tempDir: tmpdir(),
    ...options,
  })
  const errors: Error[] = []
  const app = createApp({
    registry,
    onError: (error) => {
      if (toRegistryError(error).status >= 500) errors.push(error)
    },
  })
  return {
    driver,
    registry,
    app,
    errors,
    async keys() {
      const keys: string[] = []
      for await (const { key } of driver.list("")) keys.push(key)
      return keys
    },
  }
}

/** The bytes of an image manifest, which no blob of its needs to be pushed for. */
export function imageManifest(config: Uint8Array, layers: readonly Uint8Array[], extra: object = {}): Buffer {
  const describe = (mediaType: string, bytes: Uint8Array): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_IMAGE_MANIFEST,
      config: describe("application/vnd.oci.image.config.v1+json", config),
      layers: layers.map((layer) => describe("application/vnd.oci.image.layer.v1.tar+gzip", layer)),
      ...extra,
    }),
  )
}

export function imageIndex(manifests: readonly Uint8Array[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_IMAGE_INDEX,
      manifests: manifests.map((bytes) => ({
        mediaType: OCI_IMAGE_MANIFEST,
        digest: digestOf(bytes),
        size: bytes.length,
      })),
    }),
  )
}

/** Pushes bytes as a blob by a single POST. */
export async function pushBlob({ app }: TestRegistry, name: string, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf(bytes)
  const response = await app.request(`/v2/${name}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    headers: { "content-length": String(bytes.length) },
    body: new Uint8Array(bytes),
  })
  if (response.status !== 201) throw new Error(await response.text())
  return digest
}

export async function putManifest(
  { app }: TestRegistry,
  name: string,
  reference: string,
  bytes: Uint8Array,
  type: string = OCI_IMAGE_MANIFEST,
): Promise<Response> {
  return app.request(`/v2/${name}/manifests/${reference}`, {
    method: "PUT",
    headers: { "content-type": type },
    body: new Uint8Array(bytes),
  })
}
