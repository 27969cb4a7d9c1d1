/**
 * Follows a tag to everything that it needs, and looks at each object once, however many tags share it.
 * @module
 */
import { type Descriptor, formatPlatform } from "../oci/descriptor.ts"
import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, MANIFEST_LIMIT, parseManifest, requiredBlobs } from "../oci/manifest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { blobData, layerLink, layersRoot, revisionLink } from "../registry/layout.ts"
import { readWhole } from "../registry/objects.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import { isStorageError, type StorageDriver } from "../storage/driver.ts"
import { subjectOf } from "./damage.ts"
import { hashData } from "./data.ts"
import type { OnVerifyEvent } from "./events.ts"
import { blobSubject, createEvidence, type Evidence, type SeenData } from "./evidence.ts"
import { checkLink } from "./links.ts"
import type { KnownDigests } from "./known-digests.ts"
import { withMemory } from "./lease.ts"
import type { Tasks } from "./tasks.ts"

export interface InspectionOptions {
  readonly driver: StorageDriver
  readonly budget: MemoryBudget
  readonly tasks: Tasks
  /** Blobs by their sizes only. Manifests are read all the same: they say what there has to be. */
  readonly quick: boolean
  readonly known: KnownDigests | undefined
  readonly onEvent: OnVerifyEvent
  readonly signal: AbortSignal | undefined
}

export interface Inspection {
  readonly evidence: Evidence
  /** Has a manifest looked at, and all that it names, in time. */
  add(name: RepositoryName, digest: Digest): void
}

/** Attestations belong to an image and are of no platform: daemons do not pull them. */
function isAttestation({ platform }: Descriptor): boolean {
  return platform?.os === "unknown" && platform.architecture === "unknown"
}

export function inspect(options: InspectionOptions): Inspection {
  const { driver, budget, tasks, quick, known, onEvent, signal } = options
  const evidence = createEvidence()
  const { data, links, sizes, roles, manifests, needed } = evidence
  const begun = new Set<string>()
  /** Repositories that a manifest was found in. */
  const users = new Map<Digest, Set<RepositoryName>>()

  /** @param subject what it is about: a second task about it is none */
  function once(subject: string, task: () => Promise<void>): void {
    if (begun.has(subject)) return
    begun.add(subject)
    tasks.add(task)
  }

  function expectSize(subject: string, size: number): void {
    sizes.set(subject, (sizes.get(subject) ?? new Set()).add(size))
  }

  function addManifest(name: RepositoryName, digest: Digest, role: string): void {
    const names = users.get(digest) ?? new Set()
    if (names.has(name)) return
    users.set(digest, names.add(name))
    roles.set(digest, roles.get(digest) ?? role)
    once(subjectOf.link(name, digest), async () => {
      await lookAtLink(name, digest, revisionLink(name, digest), subjectOf.data(digest))
    })
    const manifest = manifests.get(digest)
    if (manifest) addParts(name, manifest)
    else once(subjectOf.data(digest), () => lookAtManifest(digest))
  }

  async function lookAtManifest(digest: Digest): Promise<void> {
    const subject = subjectOf.data(digest)
    const { seen, manifest } = await withMemory(budget, MANIFEST_LIMIT, signal, () =>
      readManifest(driver, digest, signal),
    )
    data.set(subject, seen)
    const bytes = seen.state?.size ?? 0
    onEvent({ type: "found", bytes })
    onEvent({ type: "read", bytes })
    onEvent({ type: "checked", bytes, known: false })
    if (!manifest) return
    manifests.set(digest, manifest)
    for (const name of users.get(digest) ?? []) addParts(name, manifest)
  }

  function addParts(name: RepositoryName, manifest: Manifest): void {
    const blobs = requiredBlobs(manifest)
    for (const blob of blobs) addBlob(name, blob, blob === manifest.config ? "configuration" : "layer")
    for (const child of manifest.manifests) {
      expectSize(subjectOf.data(child.digest), child.size)
      if (!isAttestation(child)) needed.add(child.digest)
      const of = child.platform && !isAttestation(child) ? ` of ${formatPlatform(child.platform)}` : ""
      addManifest(name, child.digest, isAttestation(child) ? "attestation" : `manifest${of}`)
    }
    if (blobs.length > 0 || manifest.manifests.length > 0) return
    once(subjectOf.repository(name), () => lookForLayers(name))
  }

  function addBlob(name: RepositoryName, { digest, size }: Descriptor, role: string): void {
    const subject = blobSubject(name, digest)
    expectSize(subject, size)
    roles.set(digest, roles.get(digest) ?? role)
    const isLocated = algorithmOf(digest) !== "sha256"
    once(subjectOf.link(name, digest), async () => {
      const target = await lookAtLink(name, digest, layerLink(name, digest), subject)
      if (isLocated) addData(subject, digest, target ?? digest, size)
    })
    if (!isLocated) addData(subject, digest, digest, size)
  }

  function addData(subject: string, digest: Digest, location: Digest, size: number): void {
    if (begun.has(subject)) return
    onEvent({ type: "found", bytes: size })
    once(subject, () => lookAtData(subject, digest, location))
  }

  async function lookAtData(subject: string, digest: Digest, location: Digest): Promise<void> {
    const key = blobData(location)
    const isKnown = location === digest && (known?.has(digest) ?? false)
    const onRead = (bytes: number): void => onEvent({ type: "read", bytes })
    const state =
      quick || isKnown
        ? await driver.stat(key, { signal })
        : await hashData({ driver, budget, digest, location, onRead, signal })
    data.set(subject, { key, digest, state })
    onEvent({ type: "checked", bytes: state?.size ?? 0, known: isKnown })
    const isGood = state !== undefined && "actual" in state && state.actual === digest
    if (isGood && location === digest) await known?.add(digest)
  }

  async function lookAtLink(
    name: RepositoryName,
    digest: Digest,
    key: string,
    linked: string,
  ): Promise<Digest | undefined> {
    const state = await checkLink({ driver, key, digest, quick, signal })
    links.set(subjectOf.link(name, digest), { key, digest, state, data: linked })
    return state.is === "good" ? state.target : undefined
  }

  /** A repository without a single layer link stops a registry's collector, or loses all that it has to it. */
  async function lookForLayers(name: RepositoryName): Promise<void> {
    for await (const _ of driver.list(layersRoot(name), { signal })) return
    links.set(subjectOf.repository(name), { key: layersRoot(name), state: { is: "absent" } })
  }

  return {
    evidence,
    add(name, digest) {
      needed.add(digest)
      addManifest(name, digest, "manifest")
    },
  }
}

async function readManifest(
  driver: StorageDriver,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<{ readonly seen: SeenData; readonly manifest?: Manifest }> {
  const key = blobData(digest)
  try {
    const bytes = await readWhole(driver, key, MANIFEST_LIMIT, signal)
    if (!bytes) return { seen: { key, digest, state: undefined } }
    const state = { size: bytes.length, actual: digestOf(bytes, algorithmOf(digest)) }
    if (state.actual !== digest) return { seen: { key, digest, state } }
    return readContent(bytes, { key, digest, state })
  } catch (error) {
    // Larger than any manifest.
    if (!isStorageError(error, "UPLOAD_INVALID")) throw error
    const state = await driver.stat(key, { signal })
    return { seen: { key, digest, state, unreadable: "is larger than any manifest may be" } }
  }
}

function readContent(
  bytes: Buffer,
  seen: SeenData,
): { readonly seen: SeenData; readonly manifest?: Manifest } {
  try {
    return { seen, manifest: parseManifest(bytes) }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return { seen: { ...seen, unreadable: `is not one that registries read: ${error.message}` } }
  }
}
