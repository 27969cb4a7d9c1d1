/**
 * oci-store, each push and pull a whole process.
 * @module
 */
import { fileURLToPath } from "node:url"
import { type Measured, measure } from "../measure.ts"
import type { Contender, Place } from "./contender.ts"

export const PROGRAM = fileURLToPath(new URL("../../../bin/oci-store.js", import.meta.url))

/** @param flags of push and pull, for all transfers of this contender */
export function ours(name: string, ...flags: readonly string[]): Contender {
  const run = (command: string, image: string, place: Place): Promise<Measured> =>
    // Compression is a matter of pushes alone.
    measure(process.execPath, [PROGRAM, ...argumentsOf(command, image, place), ...flagsFor(command, flags)], {
      AWS_ACCESS_KEY_ID: place.accessKey,
      AWS_SECRET_ACCESS_KEY: place.secretKey,
    })
  return {
    name,
    open: async (place) => ({
      push: (image) => run("push", image, place),
      pull: (image) => run("pull", image, place),
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
}

function argumentsOf(command: string, image: string, { endpoint, region, bucket }: Place): readonly string[] {
  return ["s3", command, "--endpoint", endpoint, "--region", region, "--image", image, `${bucket}/app:v1`]
}

function flagsFor(command: string, flags: readonly string[]): readonly string[] {
  return command === "push" ? flags : flags.filter((flag) => !flag.startsWith("--compression"))
}
