/**
 * What the help pages of `push` and `pull` have in common.
 * @module
 */
import { type Backend, BACKENDS, flagsOf } from "../backends.ts"
import type { Command } from "../command.ts"
import { type FlagGroup, OUTPUT_FLAGS, TRANSFER_FLAGS } from "../flags.ts"
import { isFolder, shapeOf } from "../reference.ts"

type Direction = "push" | "pull"

/** What stands behind a reference's name on the command line. */
const REST = { push: "[:tag]...", pull: "[:tag][@digest]" } as const

/** @param backend left out for all of them, to be chosen by the references */
export function describeTransfer(
  direction: Direction,
  backend: Backend | undefined,
  own: FlagGroup,
): Omit<Command, "run"> {
  const backends = backend ? [backend] : BACKENDS
  const path = backend ? [backend.name, direction] : [direction]
  const line = path.join(" ")
  const places = new Set(backends.map(({ container }) => container))
  const place = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(places)
  const shapes = backend ? [shapeOf(backend)] : backends.map(urlShapeOf)
  return {
    path,
    describe:
      direction === "push"
        ? `Push an image from the Docker daemon to a ${place}`
        : `Pull an image from a ${place} into the Docker daemon`,
    usage: shapes.map((shape) => `${line} [flags] ${shape}${REST[direction]}`),
    groups: [own, ...backends.map(flagsOf), TRANSFER_FLAGS, OUTPUT_FLAGS],
    examples: backends.flatMap((each) =>
      EXAMPLES[direction](line, backend ? sampleOf(each) : urlSampleOf(each)),
    ),
  }
}

type Examples = (line: string, store: string) => Command["examples"]

/** Lines for a store, given how a reference in it begins. */
const EXAMPLES: Readonly<Record<Direction, Examples>> = {
  push: (line, store) => [
    [`${line} ${store}myapp:v1.0`, "the local image myapp:v1.0"],
    [
      `${line} -i myapp:dev ${store}myapp:v1.0 ${store}myapp:latest`,
      "the local image myapp:dev, under two tags",
    ],
    [`${line} -i oci:./layout ${store}myapp:v1.0`, "an OCI image layout, without a daemon"],
  ],
  pull: (line, store) => [
    [`${line} ${store}myapp:v1.0`, "as myapp:v1.0"],
    [`${line} -i myapp:test ${store}myapp@sha256:...`, "by digest, as myapp:test"],
    [`${line} -i docker-archive:myapp.tar ${store}myapp:v1.0`, "into a file for `docker load`"],
  ],
}

function sampleOf(backend: Backend): string {
  return isFolder(backend) ? "./images/" : `my-${backend.container}/`
}

function urlSampleOf(backend: Backend): string {
  return `${backend.schemes[0]}://${isFolder(backend) ? "/srv/images/" : sampleOf(backend)}`
}

function urlShapeOf(backend: Backend): string {
  return `${backend.schemes[0]}://${isFolder(backend) ? "/" : ""}${shapeOf(backend)}`
}
