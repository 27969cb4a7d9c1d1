/**
 * The program: all commands.
 * @module
 */
import { BACKENDS, DEFAULT_BACKEND } from "../backends.ts"
import type { Command } from "../command.ts"
import { backendCommand } from "./backend.ts"
import { completionCommand } from "./completion.ts"
import { doctorCommand } from "./doctor.ts"
import { hashPasswordCommand } from "./hash-password.ts"
import { pruneCommand } from "./prune.ts"
import { pullCommand } from "./pull.ts"
import { pushCommand } from "./push.ts"
import { serveCommand } from "./serve.ts"
import { verifyCommand } from "./verify.ts"

export function rootCommand(): Command {
  const transfers = [pushCommand(), pullCommand()]
  return {
    path: [],
    describe:
      "Multi-Backend Docker Image Storage: keeps container images in a bucket or a folder, with no registry to run.",
    usage: [
      "<backend> <command> [flags] <reference>",
      "<command> [flags] <url>",
      `<command> [flags] <bucket/path:tag>   (${DEFAULT_BACKEND})`,
    ],
    groups: [],
    examples: transfers.flatMap(({ examples }) => examples.filter((_, index) => index % 2 === 0)),
    commands: [
      ...BACKENDS.map(backendCommand),
      ...transfers,
      serveCommand(),
      verifyCommand(),
      pruneCommand(),
      doctorCommand(),
      hashPasswordCommand(),
      completionCommand(),
    ],
  }
}
