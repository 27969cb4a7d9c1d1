/**
 * The bucket or folder that a server is for, as it stands on the command line.
 * @module
 */
import { locationKey } from "../server/settings.ts"
import { type Backend, BACKENDS } from "./backends.ts"
import { folderOfUrl, isBucketName } from "./location.ts"
import { isFolder } from "./reference.ts"
import { UsageError } from "./usage-error.ts"

export interface Place {
  /** Undefined: the configuration says. */
  readonly backend: Backend | undefined
  readonly location: string | undefined
}

/**
 * @param named the backend that the command names
 * @param dir value of `--dir`
 * @throws UsageError
 */
export function parsePlace(
  words: readonly string[],
  named: Backend | undefined,
  dir: string | undefined,
): Place {
  const [word, more] = words
  if (more !== undefined) throw new UsageError(`A server has one store, not '${word}' and '${more}'`)
  if (dir !== undefined) {
    if (word !== undefined) throw new UsageError(`--dir names the folder already: leave out '${word}'`)
    return { backend: named ?? BACKENDS.find(isFolder), location: dir }
  }
  if (word === undefined) return { backend: named, location: undefined }
  const [, scheme, rest = word] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(word) ?? []
  const backend = scheme === undefined ? named : ofScheme(scheme.toLowerCase())
  if (!backend || (named && backend !== named)) throw new UsageError(wrongBackend(word, named))
  return { backend, location: locationOf(backend, scheme === undefined ? word : rest, scheme !== undefined) }
}

/** By the settings' keys. */
export function placeSettings({ backend, location }: Place): Readonly<Record<string, unknown>> {
  if (!backend) return {}
  return { "storage.type": backend.name, [locationKey(backend)]: location }
}

function ofScheme(scheme: string): Backend | undefined {
  return BACKENDS.find(({ schemes }) => schemes.includes(scheme))
}

function wrongBackend(word: string, named: Backend | undefined): string {
  if (named) return `'${word}' is no ${named.container} of the backend '${named.name}'`
  const urls = BACKENDS.map((each) => `${each.schemes[0]}://${isFolder(each) ? "/folder" : each.container}`)
  return `'${word}' does not say which backend: write ${urls.join(", ")}, or the backend before 'serve'`
}

function locationOf(backend: Backend, text: string, isUrl: boolean): string {
  const refuse = (reason: string): never => {
    throw new UsageError(`'${text}' is no ${backend.container}: ${reason}`)
  }
  if (isFolder(backend)) return isUrl ? folderOfUrl(text, refuse) : text
  const name = text.replace(/\/$/, "")
  if (name.includes("/")) refuse("a server serves all images in it; --root-dir is the start of its keys")
  if (!isBucketName(name)) refuse("letters, digits, '.', '-' and '_' only, the first a letter or digit")
  return name
}
