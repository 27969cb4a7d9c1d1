/**
 * What the images of an OCI layout are called, and which of them is meant.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
 * @module
 */
import type { Descriptor } from "../oci/descriptor.ts"

/** By which a layout tells its images apart: a tag with most programs, a whole name with some. */
export const REF_NAME = "org.opencontainers.image.ref.name"

/** The whole name, as containerd and BuildKit write it. */
export const CONTAINERD_NAME = "io.containerd.image.name"

/** What an image is called; undefined if it has no name. */
export function nameOf({ annotations = {} }: Descriptor): string | undefined {
  return text(annotations[REF_NAME]) ?? text(annotations[CONTAINERD_NAME])
}

/**
 * The images that are called so: exactly, or else by the tag of a whole name.
 * @param wanted a name or a digest
 */
export function imagesCalled(wanted: string, images: readonly Descriptor[]): readonly Descriptor[] {
  const ways: readonly ((image: Descriptor) => boolean)[] = [
    ({ digest }) => digest === wanted,
    ({ annotations = {} }) => annotations[REF_NAME] === wanted,
    ({ annotations = {} }) => annotations[CONTAINERD_NAME] === wanted,
    ({ annotations = {} }) => tagOf(annotations[REF_NAME]) === wanted,
    ({ annotations = {} }) => tagOf(annotations[CONTAINERD_NAME]) === wanted,
  ]
  return ways.map((way) => images.filter(way)).find((found) => found.length > 0) ?? []
}

/** What Docker makes of a name without a registry. */
export function fullName(name: string): string {
  const [first = "", ...rest] = name.split("/")
  if (rest.length === 0) return `docker.io/library/${name}`
  return first === "localhost" || /[.:]/.test(first) ? name : `docker.io/${name}`
}

function tagOf(name: unknown): string | undefined {
  return typeof name === "string" ? /:([^/:]+)$/.exec(name)?.[1] : undefined
}

/** Annotations can be anything, whatever their type says. */
function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}
