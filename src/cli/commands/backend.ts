/**
 * One command for each backend, with those below it that move images.
 * @module
 */
import { type Backend, flagsOf } from "../backends.ts"
import type { Command } from "../command.ts"
import { describeParameters } from "./describe-parameters.ts"
import { doctorCommand } from "./doctor.ts"
import { pruneCommand } from "./prune.ts"
import { pullCommand } from "./pull.ts"
import { pushCommand } from "./push.ts"
import { serveCommand } from "./serve.ts"
import { verifyCommand } from "./verify.ts"

export function backendCommand(backend: Backend): Command {
  const commands = [
    pushCommand(backend),
    pullCommand(backend),
    serveCommand(backend),
    verifyCommand(backend),
    pruneCommand(backend),
    doctorCommand(backend),
  ]
  return {
    path: [backend.name],
    describe: backend.describe,
    usage: commands.flatMap(({ usage }) => usage),
    groups: [flagsOf(backend)],
    sections: [describeParameters(backend)],
    examples: commands.flatMap(({ examples }) => examples.slice(0, 1)),
    commands,
  }
}
