/**
 * Every key in the bucket: the layout of CNCF Distribution, byte for byte, so that a stock registry serves the same bucket.
 *
 *     docker/registry/v2/
 *     ├── blobs/<alg>/<hh>/<hex>/data                      layers, configs, manifests and indexes alike
 *     └── repositories/<name>/
 *         ├── _layers/<alg>/<hex>/link                     this repository has that blob
 *         ├── _manifests/
 *         │   ├── revisions/<alg>/<hex>/link               this repository has that manifest
 *         │   └── tags/<tag>/
 *         │       ├── current/link                         the tag
 *         │       └── index/<alg>/<hex>/link               every digest that the tag ever had
 *         └── _uploads/<uuid>/                             bytes on their way
 *             ├── startedat
 *             ├── data                                     staged by one process
 *             └── parts/<offset>                           taken by any of several, 20 digits
 *
 * `<hh>` is the first two characters of `<hex>`. A link holds `<alg>:<hex>` and nothing else: one trailing newline makes a
 * stock registry answer 500 and its collector give up. A repository name never has a component that begins with `_`.
 *
 * @see https://github.com/distribution/distribution/blob/v3.1.1/registry/storage/paths.go
 * @module
 */
import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"

const ROOT = "docker/registry/v2"

/** Where everything begins. */
export const layoutRoot = `${ROOT}/`

export const repositoriesRoot = `${ROOT}/repositories/`

export function blobData(digest: Digest): string {
  const hex = hexOf(digest)
  return `${ROOT}/blobs/${algorithmOf(digest)}/${hex.slice(0, 2)}/${hex}/data`
}

export function layerLink(name: RepositoryName, digest: Digest): string {
  return `${repository(name)}/_layers/${byDigest(digest)}/link`
}

export function revisionLink(name: RepositoryName, digest: Digest): string {
  return `${repository(name)}/_manifests/revisions/${byDigest(digest)}/link`
}

/** Below it, the links of all blobs that the repository has. */
export function layersRoot(name: RepositoryName): string {
  return `${repository(name)}/_layers/`
}

/** Blobs and manifests that the repository has: with none of either below this, it is not there. */
export function repositoryRoot(name: RepositoryName): string {
  return `${repository(name)}/`
}

export function tagsRoot(name: RepositoryName): string {
  return `${repository(name)}/_manifests/tags/`
}

export function tagRoot(name: RepositoryName, tag: Tag): string {
  return `${tagsRoot(name)}${tag}/`
}

export function tagCurrent(name: RepositoryName, tag: Tag): string {
  return `${tagRoot(name, tag)}current/link`
}

export function tagIndex(name: RepositoryName, tag: Tag, digest: Digest): string {
  return `${tagRoot(name, tag)}index/${byDigest(digest)}/link`
}

export function uploadsRoot(name: RepositoryName): string {
  return `${repository(name)}/_uploads/`
}

export function uploadRoot(name: RepositoryName, id: string): string {
  return `${uploadsRoot(name)}${id}/`
}

export function uploadData(name: RepositoryName, id: string): string {
  return `${uploadRoot(name, id)}data`
}

/** Where all parts of an upload lie; a stock registry knows none and leaves them to its purge. */
export function uploadParts(name: RepositoryName, id: string): string {
  return `${uploadRoot(name, id)}parts/`
}

/** @param offset of its first byte within the blob */
export function uploadPart(name: RepositoryName, id: string, offset: number): string {
  return `${uploadParts(name, id)}${String(offset).padStart(20, "0")}`
}

/** RFC 3339 time in UTC; without it a stock registry never purges the upload beside it. */
export function uploadStarted(name: RepositoryName, id: string): string {
  return `${uploadRoot(name, id)}startedat`
}

/** Ours, outside the layout: where conditional writes are tried. */
export const conditionsProbe = "oci-store/conditional-writes"

function repository(name: RepositoryName): string {
  return repositoriesRoot + name
}

function byDigest(digest: Digest): string {
  return `${algorithmOf(digest)}/${hexOf(digest)}`
}
