/**
 * `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]` and `docker-archive:FILE[:NAME:TAG]`: images that are files, in the place of a daemon's.
 * The longest start that is there is the path, so a path may have colons if it exists; where nothing is there yet, the first colon
 * ends it.
 * @module
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { ImageDestination, ImageFileKind, ImageSource } from "../bridge/files/endpoints.ts"
import { isDigest } from "../oci/digest.ts"
import type { Io } from "./io.ts"
import { type LocalName, parseLocalName } from "./local-name.ts"
import { UsageError } from "./usage-error.ts"
import type { Values } from "./values.ts"

export interface ImageFile {
  readonly kind: ImageFileKind
  /** Absolute; `-` for standard input or output. */
  readonly path: string
  /** Which image in it: what stands behind the path. */
  readonly image?: string | undefined
}

const FORMS: Readonly<Record<ImageFileKind, string>> = {
  oci: "oci:DIR[:TAG]",
  "oci-archive": "oci-archive:FILE[:TAG]",
  "docker-archive": "docker-archive:FILE[:NAME:TAG]",
}

/** A name of the specification's grammar for layouts, in which tags and whole names of images are. */
const REF_NAME = /^[A-Za-z0-9_][A-Za-z0-9._:@/+-]*$/

/**
 * Undefined for the name of an image in a daemon.
 * @param exists whether there is something under that path
 * @throws UsageError
 */
export function parseImageFile(
  text: string,
  cwd: string,
  exists: (path: string) => boolean = existsSync,
): ImageFile | undefined {
  const [, kind, rest] = /^(oci|oci-archive|docker-archive):(.*)$/s.exec(text) ?? []
  if (rest === undefined || !isKind(kind)) return undefined
  const refuse = (reason: string): never => {
    throw new UsageError(`--image '${text}' is not of the form ${FORMS[kind]}: ${reason}`)
  }
  const { path, behind } = split(rest, (path) => path === "-" || exists(resolve(cwd, path)))
  if (path === "") return refuse("the path is missing")
  if (path === "-" && kind === "oci") return refuse("a folder cannot be '-'; oci-archive:- is an archive")
  const image = behind?.slice(1)
  if (image === "") return refuse(`nothing follows the last '${behind}'`)
  if (behind?.startsWith("@") && !isDigest(image ?? "")) return refuse("what follows '@' is no digest")
  if (image !== undefined && !REF_NAME.test(image)) return refuse(`'${image}' is no name for an image`)
  return { kind, path: path === "-" ? path : resolve(cwd, path), image }
}

function isKind(text: string | undefined): text is ImageFileKind {
  return text !== undefined && Object.hasOwn(FORMS, text)
}

/** @returns what follows the path, with the `:` or `@` before it */
function split(
  text: string,
  exists: (path: string) => boolean,
): { readonly path: string; readonly behind?: string } {
  if (exists(text)) return { path: text }
  const ends = [...text.matchAll(/:|@(?=sha\d+:)/g)].map(({ index }) => index)
  const end = ends.findLast((index) => exists(text.slice(0, index))) ?? ends[0]
  return end === undefined ? { path: text } : { path: text.slice(0, end), behind: text.slice(end) }
}

/** @throws UsageError */
export function sourceOf({ kind, path, image }: ImageFile, io: Io): ImageSource {
  if (kind === "oci") return { kind, path, image }
  if (path !== "-") return { kind, archive: path, image }
  const archive = io.input()
  if (archive.isTTY)
    throw new UsageError(`--image ${kind}:- reads an archive from standard input, which is a terminal`)
  return { kind, archive, image }
}

/**
 * @param name what the image is called if nobody says so
 * @throws UsageError
 */
export function destinationOf({ kind, path, image }: ImageFile, name: LocalName, io: Io): ImageDestination {
  if (image !== undefined && isDigest(image))
    throw new UsageError(
      `--image of a pull takes a name and no digest behind the path: leave out '@${image}'`,
    )
  if (kind === "oci") return { kind, path, name: image ?? name.tag }
  if (path === "-" && io.stdout.isTTY)
    throw new UsageError(`--image ${kind}:- writes an archive to standard output, which is a terminal`)
  const archive = path === "-" ? io.output() : path
  if (kind === "docker-archive")
    return { kind, archive, image: image === undefined ? name : parseLocalName(image) }
  return { kind, archive, name: image ?? name.tag, image: name }
}

/** Flags that are about a daemon. */
const DAEMON_FLAGS = ["host", "transport", "keep-ref"] as const

/** @throws UsageError naming a flag that means nothing without a daemon, or with this kind of file */
export function refuseOtherFlags({ kind }: ImageFile, values: Values): void {
  const meaningless = DAEMON_FLAGS.find((name) => values.get(name) !== undefined)
  if (meaningless)
    throw new UsageError(
      `--${meaningless} is about a Docker daemon, and --image ${kind}: asks none: leave out one of them`,
    )
  const compressing = (["compression", "compression-level"] as const).find(
    (name) => values.get(name) !== undefined,
  )
  if (compressing && kind !== "docker-archive")
    throw new UsageError(
      `--${compressing} is for layers that are not compressed, and --image ${kind}: goes byte for byte: leave out one of them`,
    )
}
