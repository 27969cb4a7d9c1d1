/**
 * Images that are files of this machine, in the place of a daemon.
 * @module
 */
import type { Writable } from "node:stream"

/**
 * - oci: an OCI image layout, in a folder
 * - oci-archive: the same as a tar archive
 * - docker-archive: what `docker save` writes and `docker load` reads
 */
export type ImageFileKind = "oci" | "oci-archive" | "docker-archive"

/** Where an image to push is. */
export type ImageSource = {
  /** Which of several: a name, the tag of one, or a digest. */
  readonly image?: string | undefined
} & (
  | { readonly kind: "oci"; readonly path: string }
  | {
      readonly kind: "oci-archive" | "docker-archive"
      /** Its path, or its bytes: those are kept in a temporary file. Compressed archives are unpacked there, too. */
      readonly archive: string | AsyncIterable<Uint8Array>
    }
)

/** Where a pulled image goes. */
export type ImageDestination =
  | {
      readonly kind: "oci"
      /** Of a folder that is a layout, empty or not there. What else the layout has stays in it. */
      readonly path: string
      /** By which the layout tells its images apart: the image that has the name gives way. */
      readonly name: string
    }
  | {
      readonly kind: "oci-archive"
      /** Its path, under which it appears when it is whole; or who takes its bytes, and is left open. */
      readonly archive: string | Writable
      readonly name: string
      /** Repository and tag that engines give it when they load it. */
      readonly image?: DockerName | undefined
    }
  | {
      readonly kind: "docker-archive"
      readonly archive: string | Writable
      /** Repository and tag that it gets when it is loaded. */
      readonly image: DockerName
    }

interface DockerName {
  readonly repository: string
  readonly tag: string
}
