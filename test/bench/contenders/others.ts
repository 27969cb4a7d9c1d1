/**
 * Programs that do what oci-store does, each in its own layout.
 * @module
 */
import { docker } from "../../support/docker.ts"
import { pathOf, type Program, programsMissing } from "../../support/programs.ts"
import { type Measured, measure } from "../measure.ts"
import type { Contender, Place } from "./contender.ts"

export const s3lo = program("s3lo 3.0.3", "s3lo", {
  push: (image, { endpoint, bucket }) => ["push", "--endpoint", endpoint, image, `s3://${bucket}/app:v1`],
  pull: (image, { endpoint, bucket }) => ["pull", "--endpoint", endpoint, `s3://${bucket}/app:v1`, image],
})

/** Pulls under the name of the repository, and has no other. */
export const original = program(
  "nbctools/oci-store",
  "nbctools-oci-store",
  {
    push: (image, { endpoint, bucket }) => ["s3", "push", "-e", endpoint, "-i", image, `${bucket}/app:v1`],
    pull: (_, { endpoint, bucket }) => ["s3", "pull", "-e", endpoint, `${bucket}/app:v1`],
  },
  "app:v1",
)

type Arguments = (image: string, place: Place) => readonly string[]

function program(
  name: string,
  file: Program,
  { push, pull }: Readonly<Record<"push" | "pull", Arguments>>,
  pulledName?: string,
): Contender {
  return {
    name,
    missing: () => programsMissing([file]),
    async open(place) {
      const path = await pathOf(file)
      const env = {
        AWS_ACCESS_KEY_ID: place.accessKey,
        AWS_SECRET_ACCESS_KEY: place.secretKey,
        AWS_REGION: place.region,
      }
      const run = (args: readonly string[]): Promise<Measured> => measure(path, args, env)
      return {
        push: (image) => run(push(image, place)),
        async pull(image) {
          const measured = await run(pull(image, place))
          if (pulledName !== undefined) {
            await docker("tag", pulledName, image)
            await docker("rmi", pulledName)
          }
          return measured
        },
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}
