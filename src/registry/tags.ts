/**
 * Tags: one small link each, the only object of the layout that is ever overwritten.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { isTag, type RepositoryName, type Tag } from "../oci/reference.ts"
import { isStorageError } from "../storage/driver.ts"
import type { RegistryContext } from "./context.ts"
import type { ImmutableTags } from "./immutable-tags.ts"
import { tagCurrent, tagIndex, tagRoot, tagsRoot } from "./layout.ts"
import { hasObjects, type LinkVersion, readLink, readLinkVersion, together, writeLink } from "./objects.ts"
import { pageOf, type PageOptions } from "./pages.ts"
import { isRepository } from "./repositories.ts"

interface TagPage {
  readonly tags: readonly Tag[]
  /** The store has more after the last of these. */
  readonly more: boolean
}

export interface Tags {
  /** The digest that the tag names, a held one before the store's. */
  resolve(name: RepositoryName, tag: Tag, signal?: AbortSignal): Promise<Digest | undefined>
  /** What {@link resolve} would answer without asking the store, if it has been asked before. */
  known(name: RepositoryName, tag: Tag): Digest | undefined
  /**
   * To be asked before anything is stored for the tag's sake. Tags that are held are judged when they are published.
   * @throws TagExistsError if the tag names something else and stays where it is
   */
  admit(name: RepositoryName, tag: Tag, digest: Digest): Promise<void>
  /** Moves the tag now, or holds it until {@link publish}. @throws TagExistsError */
  set(name: RepositoryName, tag: Tag, digest: Digest): Promise<void>
  /** The digest that waits for {@link publish}. */
  held(name: RepositoryName, tag: Tag): Digest | undefined
  /** Writes the tag to the store, whatever the way of publishing. @throws TagExistsError */
  publish(name: RepositoryName, tag: Tag, digest: Digest): Promise<void>
  /** What the tag is in the store, to be replaced by {@link swap}. */
  read(name: RepositoryName, tag: Tag): Promise<LinkVersion | undefined>
  /**
   * Moves the tag if it is in the store what it was.
   * @param expected undefined where it must not be there
   * @throws StorageError PRECONDITION_FAILED when somebody else was faster
   */
  swap(name: RepositoryName, tag: Tag, digest: Digest, expected: LinkVersion | undefined): Promise<void>
  /** Tags in code-unit order. @throws RegistryError NAME_UNKNOWN */
  list(name: RepositoryName, options?: PageOptions): Promise<TagPage>
  /** @throws RegistryError MANIFEST_UNKNOWN */
  delete(name: RepositoryName, tag: Tag): Promise<void>
  /** Keys of every tag that names the digest, those that make it a tag first. */
  keysNaming(name: RepositoryName, digest: Digest): Promise<readonly string[]>
}

/** @param immutable where a tag that is there is never moved */
export function createTags(context: RegistryContext, immutable: ImmutableTags | undefined): Tags {
  const { driver, publish: publishing, rewrite } = context
  const heldTags = new Map<string, Digest>()
  const seenTags = new Map<string, Digest>()

  async function publish(name: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    const addToIndex = () => writeLink(driver, tagIndex(name, tag, digest), digest)
    if (immutable) {
      await immutable.create(name, tag, digest)
      await addToIndex()
    } else {
      // Both at once save a round trip. A kill in between leaves `index` alone: a name in a listing that the next push completes.
      await together(driver.write(tagCurrent(name, tag), Buffer.from(digest, "latin1")), addToIndex())
    }
    remember(name, tag, digest)
    heldTags.delete(keyOf(name, tag))
  }

  /** Only while tags are held, in a push of our own; elsewhere others move tags too, and the store is asked each time. */
  function remember(name: RepositoryName, tag: Tag, digest: Digest): void {
    if (publishing === "held") seenTags.set(keyOf(name, tag), digest)
  }

  const held = (name: RepositoryName, tag: Tag): Digest | undefined => heldTags.get(keyOf(name, tag))
  const known = (name: RepositoryName, tag: Tag): Digest | undefined =>
    held(name, tag) ?? seenTags.get(keyOf(name, tag))

  /** In the order of the store, which is that of `<tag>/`. */
  async function* tagsAfter(name: RepositoryName, last = ""): AsyncGenerator<Tag> {
    const root = tagsRoot(name)
    for await (const { key } of driver.list(root, {
      delimiter: "/",
      ...(last && { startAfter: root + last }),
    })) {
      const text = key.slice(root.length).replace(/\/$/, "")
      if (isTag(text)) yield text
    }
  }

  return {
    held,
    known,
    publish,

    async resolve(name, tag, signal) {
      const digest = known(name, tag)
      if (digest) return digest
      const current = await readLink(driver, tagCurrent(name, tag), signal).catch((error: unknown) => {
        // About to be written again.
        if (rewrite && isStorageError(error, "UPLOAD_INVALID")) return undefined
        throw error
      })
      if (current) remember(name, tag, current)
      return current
    },

    async admit(name, tag, digest) {
      if (publishing === "on-put") await immutable?.admit(name, tag, digest)
    },

    async set(name, tag, digest) {
      if (publishing === "held") heldTags.set(keyOf(name, tag), digest)
      else await publish(name, tag, digest)
    },

    read: (name, tag) => readLinkVersion(driver, tagCurrent(name, tag)),

    async swap(name, tag, digest, expected) {
      const condition = expected ? { ifMatch: expected.etag } : { ifAbsent: true }
      await driver.write(tagCurrent(name, tag), Buffer.from(digest, "latin1"), condition)
      await writeLink(driver, tagIndex(name, tag, digest), digest)
    },

    async list(name, options = {}) {
      const has = async (tag: string): Promise<boolean> =>
        isTag(tag) && (await hasObjects(driver, tagRoot(name, tag)))
      const { names, more } = await pageOf(tagsAfter(name, options.last), has, options)
      if (names.length === 0 && !more && !(await isRepository(driver, name))) {
        throw new RegistryError("NAME_UNKNOWN", { detail: { name } })
      }
      return { tags: names, more }
    },

    async delete(name, tag) {
      const keys: string[] = []
      for await (const { key } of driver.list(tagRoot(name, tag))) keys.push(key)
      if (keys.length === 0) throw new RegistryError("MANIFEST_UNKNOWN", { detail: { name, tag } })
      // `current` first: what is left after a crash names nothing.
      const current = tagCurrent(name, tag)
      await driver.delete([current, ...keys.filter((key) => key !== current)])
      heldTags.delete(keyOf(name, tag))
      seenTags.delete(keyOf(name, tag))
    },

    async keysNaming(name, digest) {
      const root = tagsRoot(name)
      const byTag = new Map<Tag, string[]>()
      for await (const { key } of driver.list(root)) {
        const tag = key.slice(root.length).split("/", 1)[0] ?? ""
        if (isTag(tag)) byTag.set(tag, [...(byTag.get(tag) ?? []), key])
      }
      const naming = await Promise.all(
        [...byTag].map(async ([tag, keys]) => {
          const current = tagCurrent(name, tag)
          // A tag's history tells which digests it can name; without one, after a crash, only the tag itself does.
          const isCandidate = keys.length === 1 || keys.includes(tagIndex(name, tag, digest))
          if (!isCandidate || !keys.includes(current)) return []
          if ((await readLink(driver, current)) !== digest) return []
          return [current, ...keys.filter((key) => key !== current)]
        }),
      )
      return naming.flat()
    },
  }
}

function keyOf(name: RepositoryName, tag: Tag): string {
  return `${name}:${tag}`
}
