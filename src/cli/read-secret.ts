/**
 * A line of input that nobody is to read over the user's shoulder.
 * @module
 */
import { createInterface } from "node:readline"
import { Writable } from "node:stream"

/**
 * From a pipe or a file, the first line; from a terminal, after a prompt and without an echo.
 * @param onInterrupt Ctrl-C, which is a key like others to a terminal without an echo
 */
export async function readSecret(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  prompt: string,
  onInterrupt: () => void,
): Promise<string> {
  const isTerminal = input.isTTY
  if (isTerminal) output.write(prompt)
  // In a terminal, readline does the echo itself: into nothing.
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nothing, terminal: isTerminal })
  lines.once("SIGINT", () => {
    onInterrupt()
    lines.close()
  })
  try {
    for await (const line of lines) return line
    return ""
  } finally {
    lines.close()
    if (isTerminal) output.write("\n")
  }
}
