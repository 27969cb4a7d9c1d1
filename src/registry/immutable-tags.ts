/**
 * Tags that are created and never moved, also with several pushers at the same time: exactly one of them creates the tag.
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import { isStorageError } from "../storage/driver.ts"
import { whyNotCreateOnly } from "./conditional-writes.ts"
import type { RegistryContext } from "./context.ts"
import { tagCurrent } from "./layout.ts"
import { readLink } from "./objects.ts"

/** Milliseconds before each further attempt of a write that was refused although there is no tag, as S3 does in mid-race. */
const AGAIN_AFTER = [50, 200, 500]

/** DENIED, which daemons do not try again, with the status of what it is: a conflict with what is there. */
export class TagExistsError extends RegistryError {
  /** What the tag names. */
  readonly existing: Digest

  constructor(repository: RepositoryName, tag: Tag, existing: Digest) {
    super("DENIED", {
      status: 409,
      message: `the tag '${repository}:${tag}' is immutable and names ${existing}`,
      detail: { name: repository, tag, digest: existing },
    })
    this.existing = existing
  }
}

export interface ImmutableTags {
  /** @throws TagExistsError if the tag names anything but `digest` */
  admit(name: RepositoryName, tag: Tag, digest: Digest): Promise<void>
  /**
   * Writes the tag unless it is there. That it names `digest` already is success.
   * @throws TagExistsError
   */
  create(name: RepositoryName, tag: Tag, digest: Digest): Promise<void>
}

export function createImmutableTags({
  driver,
  onWarning,
}: Pick<RegistryContext, "driver" | "onWarning">): ImmutableTags {
  let trial: Promise<boolean> | undefined

  /** Tried once for each registry; a trial that failed, at the next tag again. */
  function isReliable(): Promise<boolean> {
    trial ??= tryOut().catch((error: unknown) => {
      trial = undefined
      throw error
    })
    return trial
  }

  async function tryOut(): Promise<boolean> {
    const reason = await whyNotCreateOnly(driver)
    if (reason === undefined) return true
    onWarning(
      `Immutable tags are looked for before they are written, but of two pushes at the same time the later may overwrite the earlier: ${reason}.`,
    )
    return false
  }

  /** Whether the tag is there. */
  async function isThere(name: RepositoryName, tag: Tag, digest: Digest): Promise<boolean> {
    const existing = await readLink(driver, tagCurrent(name, tag))
    if (existing !== undefined && existing !== digest) throw new TagExistsError(name, tag, existing)
    return existing !== undefined
  }

  return {
    async admit(name, tag, digest) {
      await isThere(name, tag, digest)
    },

    async create(name, tag, digest) {
      if (!(await isReliable()) && (await isThere(name, tag, digest))) return
      for (let attempt = 0; ; attempt += 1) {
        try {
          await driver.write(tagCurrent(name, tag), Buffer.from(digest, "latin1"), { ifAbsent: true })
          return
        } catch (error) {
          if (!isStorageError(error, "PRECONDITION_FAILED")) throw error
          if (await isThere(name, tag, digest)) return
          const delay = AGAIN_AFTER[attempt]
          if (delay === undefined) throw error
          await sleep(delay)
        }
      }
    },
  }
}
