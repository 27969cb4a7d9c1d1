/**
 * What is in the store that is fuzzed, and what is sent to it: manifests of every shape, mostly damaged.
 * @module
 */
import * as fc from "fast-check"
import { MANIFEST_TYPES } from "../../../src/oci/media-types.ts"
import { image, layerOf } from "../../support/oci-content.ts"
import { digests, nasty } from "./texts.ts"

export const CONTENT = image([layerOf("fuzzed")])

export const STORED = {
  name: "team/app",
  tag: "v1",
  digests: [...CONTENT.blobs.keys(), CONTENT.root.digest],
} as const

export const bytes = fc.uint8Array({ maxLength: 200 })

const descriptor = fc.record(
  {
    mediaType: fc.oneof(fc.constantFrom(...Object.keys(MANIFEST_TYPES)), nasty),
    digest: fc.oneof(fc.constantFrom(...STORED.digests), digests, nasty),
    size: fc.oneof(fc.nat(), fc.double(), fc.jsonValue()),
    platform: fc.jsonValue(),
    annotations: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

const some = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: right, weight: 4 }, { arbitrary: fc.jsonValue(), weight: 1 })

/** JSON of about the right shape. */
export const manifests = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          schemaVersion: some(fc.constant(2)),
          mediaType: fc.oneof(fc.constantFrom(...Object.keys(MANIFEST_TYPES)), nasty),
          config: some(descriptor),
          layers: some(fc.array(descriptor, { maxLength: 4 })),
          manifests: some(fc.array(descriptor, { maxLength: 4 })),
          subject: some(descriptor),
          artifactType: fc.jsonValue(),
          ["__proto__"]: fc.constant({ polluted: true }),
        },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
  .map((json) => Buffer.from(JSON.stringify(json)))
