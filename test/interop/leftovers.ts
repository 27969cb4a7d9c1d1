/**
 * What a push or a delete that was killed may leave behind, made from what a whole push leaves. All but one is harmless:
 * neither registry stumbles over it, and no collector gives up.
 * @module
 */
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import {
  blobData,
  layerLink,
  repositoriesRoot,
  revisionLink,
  tagCurrent,
  tagIndex,
  uploadData,
  uploadPart,
  uploadStarted,
} from "../../src/registry/layout.ts"
import { type Content, image, layerOf, multiPlatform } from "../support/oci-content.ts"

export const NAME = "killed/app" as RepositoryName
export const TAG = "v1" as Tag

export interface Leftover {
  readonly what: string
  /** What is pushed whole before it is damaged. */
  readonly content: Content
  /** Of the push's keys, those that stay. */
  readonly keeps: (key: string) => boolean
  /** Objects beside them. */
  readonly adds?: readonly (readonly [key: string, text: string])[]
  /** Only a forced push repairs it: the tag says that all is there, and clients then send nothing. No push of ours leaves it. */
  readonly needsForce?: true
  /** 2.8 gives up over it with -m, as it does over what its own push by digest leaves. */
  readonly stops28?: true
  /** Our answers to GET. */
  readonly answers: Answers
}

interface Answers {
  /** Of the manifest by its tag, and by its digest. */
  readonly tag: number
  readonly manifest: number
  /** Of the last blob. */
  readonly blob: number
  /** Whether the tag is in the repository's list. */
  readonly listed: boolean
}

const ID = "6f2c1d0e-8f60-4f0b-9d7c-2f1f3f0a9b11"
const content = image([layerOf("killed in between")])
const index = multiPlatform("killed in between")
const [child] = index.children
const layer = [...content.blobs.keys()].at(-1)
if (!layer || !child) throw new TypeError("no content")

const manifest = content.root.digest
const whole: Answers = { tag: 200, manifest: 200, blob: 200, listed: true }
const nothing: Answers = { tag: 404, manifest: 404, blob: 404, listed: false }
const notTagged = (key: string): boolean => !key.includes("/tags/")
const without =
  (...keys: string[]) =>
  (key: string): boolean =>
    !keys.includes(key)

export const LEFTOVERS: readonly Leftover[] = [
  {
    what: "data without a link",
    content,
    keeps: (key) => !key.startsWith(repositoriesRoot),
    answers: nothing,
  },
  {
    what: "layer links, and nothing else",
    content,
    keeps: (key) => key.includes("/_layers/"),
    answers: nothing,
  },
  {
    what: "layers without a manifest",
    content,
    keeps: (key) => !key.includes("/_manifests/") && key !== blobData(manifest),
    answers: { ...nothing, blob: 200 },
  },
  {
    what: "a revision link without data",
    content,
    keeps: (key) => notTagged(key) && key !== blobData(manifest),
    answers: { ...nothing, blob: 200 },
  },
  {
    what: "a manifest in a repository without tags",
    content,
    keeps: notTagged,
    stops28: true,
    answers: { ...whole, tag: 404, listed: false },
  },
  {
    what: "a manifest without a layer's data",
    content,
    keeps: without(blobData(layer)),
    needsForce: true,
    answers: { ...whole, blob: 404 },
  },
  {
    what: "a manifest without a layer",
    content,
    keeps: without(blobData(layer), layerLink(NAME, layer)),
    needsForce: true,
    answers: { ...whole, blob: 404 },
  },
  {
    what: "an index without a child",
    content: index,
    keeps: without(blobData(child.digest), revisionLink(NAME, child.digest)),
    needsForce: true,
    answers: whole,
  },
  {
    what: "a tag's index without its current",
    content,
    keeps: without(tagCurrent(NAME, TAG)),
    answers: { ...whole, tag: 404 },
  },
  {
    what: "a tag's current without its index",
    content,
    keeps: without(tagIndex(NAME, TAG, manifest)),
    answers: whole,
  },
  {
    what: "a tag of a manifest without its link",
    content,
    keeps: without(revisionLink(NAME, manifest)),
    // Somebody may just be deleting it.
    answers: { ...whole, tag: 404, manifest: 404 },
  },
  {
    what: "a tag of a manifest that is gone",
    content,
    keeps: without(blobData(manifest), revisionLink(NAME, manifest)),
    answers: { ...whole, tag: 404, manifest: 404 },
  },
  {
    what: "an upload, and nothing else",
    content,
    keeps: () => false,
    adds: [
      [uploadStarted(NAME, ID), "2026-11-20T22:52:16Z"],
      [uploadData(NAME, ID), "the first by"],
    ],
    answers: nothing,
  },
  {
    what: "an upload that several replicas took, and nothing else",
    content,
    keeps: () => false,
    adds: [
      [uploadStarted(NAME, ID), "2026-11-20T22:52:16Z"],
      [uploadPart(NAME, ID, 0), "the first by"],
      [uploadPart(NAME, ID, 12), "tes"],
    ],
    answers: nothing,
  },
  {
    what: "files that were being written",
    content,
    keeps: () => true,
    adds: [blobData(layer), layerLink(NAME, layer), revisionLink(NAME, manifest), tagCurrent(NAME, TAG)].map(
      (key) => [`${key}.${ID}.tmp`, "sha256:12"] as const,
    ),
    answers: whole,
  },
]
