/**
 * What a reference names in the store, or why it names nothing.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { Reference, RepositoryName, Tag } from "../oci/reference.ts"
import { repositoriesRoot } from "../registry/layout.ts"
import type { Registry } from "../registry/registry.ts"
import type { StorageDriver } from "../storage/driver.ts"
import { closest } from "./closest.ts"
import { TransferError } from "./errors.ts"
import { damaged } from "./fatal.ts"

interface Wanted {
  readonly driver: StorageDriver
  readonly name: RepositoryName
  readonly reference: Reference
  readonly signal?: AbortSignal | undefined
}

/**
 * The digest that a reference names.
 * @throws TransferError TAG_ABSENT, CONTENT_DAMAGED; StorageError
 */
export async function resolveStored(options: Wanted, registry: Registry): Promise<Digest> {
  const { name, reference, signal } = options
  try {
    return (await registry.manifests.read(name, reference, signal)).digest
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    if (error.code !== "MANIFEST_UNKNOWN") throw damaged(error)
    throw await absent(options, registry, error)
  }
}

/** Says what there is instead. */
async function absent(
  { driver, name, reference, signal }: Wanted,
  registry: Registry,
  cause: RegistryError,
): Promise<TransferError> {
  const digest =
    reference.tag === undefined ? reference.digest : await registry.tags.resolve(name, reference.tag)
  if (reference.tag !== undefined && digest) {
    const text = `The tag '${name}:${reference.tag}' names ${digest}, which is not in the store; push the image again.`
    return new TransferError("CONTENT_DAMAGED", text, { cause })
  }
  const tags = await tagsOf(registry, name)
  const what =
    reference.tag === undefined
      ? `'${name}' has no ${digest}`
      : `There is no tag '${reference.tag}' of '${name}'`
  const near = closest(reference.tag ?? "", tags)
  const instead =
    tags.length === 0
      ? `the store has no repository '${name}'`
      : `it has ${near.join(", ")}${tags.length > near.length ? ` and ${tags.length - near.length} more` : ""}`
  const why = await driver.explainAbsence?.(repositoriesRoot, { signal })
  return new TransferError("TAG_ABSENT", `${what}: ${instead}.${why === undefined ? "" : ` ${why}`}`, {
    cause,
  })
}

async function tagsOf(registry: Registry, name: RepositoryName): Promise<readonly Tag[]> {
  try {
    return (await registry.tags.list(name)).tags
  } catch (error) {
    if (error instanceof RegistryError && error.code === "NAME_UNKNOWN") return []
    throw error
  }
}
