/**
 * Where a reference's bucket or folder ends and its image name begins.
 * @module
 */
import { fileURLToPath } from "node:url"

export interface Split {
  readonly location: string
  /** `path[:tag][@digest]`, not yet read. */
  readonly artifact: string
}

/** Half a sentence on what is wrong. Throws. */
export type Refuse = (reason: string) => never

/** What one store or another allows in a bucket's name; which of it, the store says itself. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

export function isBucketName(text: string): boolean {
  return BUCKET.test(text)
}

/** Starts that no bucket's name has: of a path, on whatever system. */
export function looksLikePath(text: string): boolean {
  return /^(?:\.{0,2}\/|~\/|[A-Za-z]:\/)/.test(text)
}

/** @param noun what the store calls its buckets */
export function splitBucket(text: string, noun: string, refuse: Refuse): Split {
  const slash = text.indexOf("/")
  const location = slash === -1 ? text.replace(/[:@].*$/s, "") : text.slice(0, slash)
  if (location.includes(":")) {
    return refuse(
      `'${location}' has a ':', like a registry's address; an image of the daemon is named by --image`,
    )
  }
  if (location === "") return refuse(`it names no ${noun}`)
  if (!isBucketName(location)) {
    return refuse(
      `'${location}' is no ${noun} name: letters, digits, '.', '-' and '_' only, the first a letter or digit`,
    )
  }
  const artifact = slash === -1 ? "" : text.slice(slash + 1)
  if (artifact === "" || artifact.startsWith(":")) return refuse(`it names only a ${noun} and no image in it`)
  return { location, artifact }
}

export function splitFolder(text: string, refuse: Refuse): Split {
  const nested = text.indexOf("//")
  const end = nested === -1 ? text.lastIndexOf("/") : nested
  if (end === -1) return refuse(`it names no folder; in this folder it is './${text}'`)
  const artifact = text.slice(end + (nested === -1 ? 1 : 2))
  if (artifact === "" || artifact.startsWith(":")) return refuse("it names only a folder and no image in it")
  if (nested === 0) return refuse("there is no folder before '//'")
  return { location: text.slice(0, end) || "/", artifact }
}

/** Folders in URLs are absolute, and percent-encoded as everywhere in URLs. */
export function folderOfUrl(path: string, refuse: Refuse): string {
  if (!path.startsWith("/")) return refuse("the folder of a URL is absolute: three slashes follow the scheme")
  if (/[?#]/.test(path)) return refuse("in the folder of a URL, '?' is written %3F and '#' %23")
  try {
    return fileURLToPath(`file://${path}`)
  } catch {
    return refuse("its percent-encoding cannot be read")
  }
}
