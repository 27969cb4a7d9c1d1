/**
 * The store that the references of a command line mean, and what they name in it.
 * @module
 */
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { PushTarget } from "../bridge/publish.ts"
import type { Digest } from "../oci/digest.ts"
import type { Artifact } from "./artifact.ts"
import { type Backend, BACKENDS, DEFAULT_BACKEND } from "./backends.ts"
import type { Invocation } from "./command.ts"
import { driverOptions } from "./driver-options.ts"
import type { Io } from "./io.ts"
import { formOf, isFolder, parseReference, type StoreReference } from "./reference.ts"
import { UsageError } from "./usage-error.ts"
import type { Values } from "./values.ts"

export interface Store {
  readonly backend: Backend
  /** The bucket's name, or the folder's absolute path. */
  readonly location: string
}

/**
 * @param backend left out where the references name it
 * @throws UsageError, also if the references are of more than one store
 */
export function readTargets(
  invocation: Invocation,
  backend: Backend | undefined,
): { store: Store; targets: readonly [PushTarget, ...PushTarget[]] } {
  const [first, ...others] = readReferences(invocation, backend)
  const stranger = others.find((each) => each.backend !== first.backend || each.location !== first.location)
  if (stranger) {
    throw new UsageError(
      `One push goes to one ${first.backend.container}, not to '${first.location}' and '${stranger.location}': push them one by one`,
    )
  }
  return { store: first, targets: [targetOf(first), ...others.map(targetOf)] }
}

/**
 * @param backend left out where the reference names it
 * @throws UsageError
 */
export function readSource(
  invocation: Invocation,
  backend: Backend | undefined,
): { store: Store; artifact: Artifact } {
  const [first, second] = readReferences(invocation, backend)
  if (second) throw new UsageError("A pull takes one reference: pull them one by one")
  return { store: first, artifact: first }
}

type References = readonly [StoreReference<Backend>, ...StoreReference<Backend>[]]

function readReferences({ words, values, io }: Invocation, backend: Backend | undefined): References {
  const dir = values.text("dir")
  const fallback = BACKENDS.find((each) =>
    dir === undefined ? each.name === DEFAULT_BACKEND : isFolder(each),
  )
  if (!fallback) throw new UsageError("No backend keeps images in folders, as --dir wants it")
  const [first, ...others] = words.map((word) => {
    const reference = parseReference(word, { backends: BACKENDS, backend, fallback, dir })
    // Two ways to write one folder are one store.
    return isFolder(reference.backend)
      ? { ...reference, location: resolve(io.cwd, reference.location) }
      : reference
  })
  if (first) return [first, ...others]
  const form = formOf(backend ?? fallback, dir !== undefined)
  const taken = takenForValue(values, backend ?? fallback)
  if (taken === undefined) throw new UsageError(`The reference is missing: ${form}`)
  throw new UsageError(
    `The reference is missing, ${taken} took it for its value. Expected: ${taken} ${taken === "--option" ? "NAME=" : ""}VALUE ${form}`,
  )
}

/** The flag that stands before the reference without a value of its own. */
function takenForValue(values: Values, backend: Backend): string | undefined {
  const given = [
    ...backend.options.map(({ name }) => [`--${name}`, values.text(name) ?? ""] as const),
    ...values.list("option").map((text) => ["--option", text] as const),
  ]
  return given.find(([, text]) => /^[^/:=]+\/[^:]+:[^:/]+$/.test(text))?.[0]
}

function targetOf({ name, tag, digest }: Artifact): PushTarget {
  if (digest === undefined) return { name, tag }
  throw new UsageError(`What is pushed has the digest of its content: leave out '@${digest}'`)
}

/** The reference as a URL that can be given to any command again. */
export function urlOf(store: Store, { name, tag }: Artifact, digest: Digest): string {
  const artifact = `${name}${tag === undefined ? "" : `:${tag}`}@${digest}`
  return `${storeUrlOf(store)}${isFolder(store.backend) && name.includes("/") ? "//" : "/"}${artifact}`
}

/** The store itself, as a URL. */
export function storeUrlOf({ backend, location }: Store): string {
  const place = isFolder(backend) ? pathToFileURL(location).pathname.replace(/\/$/, "") : location
  return `${backend.schemes[0]}://${place}`
}

/** Settings that make a bucket of the same name another one. */
const PLACES = ["endpoint", "account-name", "root-dir"] as const

/** The store and everything that tells it from others of its name. */
export function storeIdentityOf(store: Store, values: Values, env: Io["env"]): string {
  const options = driverOptions(store.backend, values, env)
  const places = PLACES.flatMap((name) =>
    options[name] === undefined ? [] : [`${name} ${String(options[name])}`],
  )
  return [storeUrlOf(store), ...places].join(", ")
}
