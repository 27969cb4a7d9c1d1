/**
 * Links, looked at as a stock registry reads them.
 * @module
 */
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { readLink } from "../registry/objects.ts"
import { isStorageError, type StorageDriver } from "../storage/driver.ts"

export interface LinkCheck {
  readonly driver: StorageDriver
  readonly key: string
  /** What it links. */
  readonly digest: Digest
  /** Only whether it has the length of a link. */
  readonly quick: boolean
  readonly signal?: AbortSignal | undefined
}

export type LinkState =
  | { readonly is: "good"; readonly target: Digest }
  | { readonly is: "absent" }
  | { readonly is: "wrong"; readonly text: string }

export async function checkLink(check: LinkCheck): Promise<LinkState> {
  const { driver, key, digest, quick, signal } = check
  // A blob named by sha512 may lie at its sha256: only the link's content tells.
  if (!quick || algorithmOf(digest) !== "sha256") return checkContent(check)
  const found = await driver.stat(key, { signal })
  if (!found) return { is: "absent" }
  // Distribution 3.0 and 3.1 append links on Azure, and a retried append doubles the content (distribution#4887).
  if (found.size > 0 && found.size % digest.length === 0) return { is: "good", target: digest }
  return { is: "wrong", text: `the link has ${found.size} bytes, not ${digest.length}` }
}

async function checkContent({ driver, key, digest, signal }: LinkCheck): Promise<LinkState> {
  const target = await readLinkText(driver, key, signal)
  if (target === undefined) return { is: "absent" }
  if (target instanceof Error) return { is: "wrong", text: target.message.replace(/^.*?: /, "the link: ") }
  const followed = algorithmOf(digest) !== "sha256" && algorithmOf(target) === "sha256"
  if (target === digest || followed) return { is: "good", target }
  return { is: "wrong", text: `the link names ${target}` }
}

/** As {@link readLink}, with damage as an answer. */
export async function readLinkText(
  driver: StorageDriver,
  key: string,
  signal?: AbortSignal,
): Promise<Digest | undefined | Error> {
  try {
    return await readLink(driver, key, signal)
  } catch (error) {
    if (isStorageError(error, "UPLOAD_INVALID")) return error
    throw error
  }
}
