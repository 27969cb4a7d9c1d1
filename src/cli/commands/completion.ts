/**
 * `completion`: what a shell needs to complete command lines.
 * @module
 */
import type { Command } from "../command.ts"
import { SCRIPTS } from "../completion-scripts.ts"
import { PROGRAM } from "../help.ts"
import { UsageError } from "../usage-error.ts"

export function completionCommand(): Command {
  const shells = Object.keys(SCRIPTS)
  return {
    path: ["completion"],
    describe: "Print the completion script of a shell",
    usage: [`completion ${shells.join("|")}`],
    groups: [],
    examples: [
      ["completion bash >> ~/.bashrc", ""],
      ["completion zsh >> ~/.zshrc", ""],
      [`completion fish > ~/.config/fish/completions/${PROGRAM}.fish`, ""],
    ],
    operands: shells,
    async run({ words: [shell = "", ...rest], io }) {
      const script = SCRIPTS[shell]
      if (script === undefined || rest.length > 0)
        throw new UsageError(`Name one shell: ${shells.join(", ")}`)
      io.stdout.write(script)
    },
  }
}
