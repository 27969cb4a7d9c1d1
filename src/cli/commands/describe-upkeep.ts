/**
 * What the help pages of the commands have in common that look after a store.
 * @module
 */
import { type Backend, BACKENDS, flagsOf } from "../backends.ts"
import type { Command } from "../command.ts"
import type { FlagGroup } from "../flags.ts"
import { isFolder } from "../reference.ts"

type Task = "verify" | "prune"

const DESCRIBE: Readonly<Record<Task, string>> = {
  verify: "Read again all that tags need, and list what is missing or damaged",
  prune: "List what interrupted uploads have left behind, and delete it on request",
}

/** @param backend left out for all of them, to be chosen by the URL */
export function describeUpkeep(
  task: Task,
  backend: Backend | undefined,
  own: FlagGroup,
): Omit<Command, "run"> {
  const backends = backend ? [backend] : BACKENDS
  const path = backend ? [backend.name, task] : [task]
  const line = path.join(" ")
  return {
    path,
    describe: DESCRIBE[task],
    usage: backends.map((each) => `${line} [flags] ${shapesOf(task, each, backend !== undefined)}`),
    groups: [own, ...backends.map(flagsOf)],
    examples: backends.flatMap((each) => EXAMPLES[task](line, sampleOf(each, backend !== undefined), each)),
  }
}

type Examples = (line: string, store: string, backend: Backend) => Command["examples"]

const EXAMPLES: Readonly<Record<Task, Examples>> = {
  verify: (line, store, backend) => [
    [`${line} ${store}`, "every tag of every repository"],
    [
      `${line} ${store}${isFolder(backend) ? "//" : "/"}team/app`,
      "every tag of team/app: without a tag it is not latest",
    ],
    [`${line} ${store}${isFolder(backend) ? "//" : "/"}team/app:v1.0`, "this tag"],
  ],
  prune: (line, store) => [
    [`${line} ${store}`, "what there is that is older than a day"],
    [`${line} --older-than 168h --delete ${store}`, "delete what is older than a week"],
  ],
}

function shapesOf(task: Task, backend: Backend, isNamed: boolean): string {
  const start = isNamed ? "" : `${backend.schemes[0]}://${isFolder(backend) ? "/" : ""}`
  const more = isFolder(backend) ? "[//name[:tag][@digest]]" : "[/path[:tag][@digest]]"
  return `${start}${backend.container}${task === "verify" ? more : ""}`
}

function sampleOf(backend: Backend, isNamed: boolean): string {
  const folder = isNamed ? "./images" : `${backend.schemes[0]}:///srv/images`
  const bucket = isNamed ? `my-${backend.container}` : `${backend.schemes[0]}://my-${backend.container}`
  return isFolder(backend) ? folder : bucket
}
