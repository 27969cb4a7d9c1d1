/**
 * Several processes that work on one folder.
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { once } from "node:events"
import path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url))

export class FolderProcess implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<unknown>
  #said = ""

  private constructor(action: string, root: string, args: readonly string[]) {
    // Beside the root: the first processes leave their compiled code there for the next ones.
    const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, "..", "compiled") }
    this.#child = spawn(process.execPath, [CHILD, action, root, ...args], { env })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
    this.#ended = once(this.#child, "close")
    this.#child.stderr.on("data", (chunk) => (this.#said += String(chunk)))
  }

  /** Resolves when the process waits for {@link go}. */
  static async start(action: string, root: string, ...args: readonly string[]): Promise<FolderProcess> {
    const started = new FolderProcess(action, root, args)
    await started.line()
    return started
  }

  go(): void {
    this.#child.stdin.write("go\n")
  }

  /** @throws Error with what the process said, if it ended without printing one */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (!done) return value
    throw new Error(`The process ended: ${this.#said}`)
  }

  /** Kills it as a crash would, and resolves when it is gone. @throws Error if it had failed by itself */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#ended
    if (this.#said !== "") throw new Error(`The process failed: ${this.#said}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#ended
  }
}

/** Runs the action in so many processes at once. Their results, in no order. */
export async function inProcesses(
  count: number,
  action: string,
  root: string,
  ...args: readonly string[]
): Promise<string[]> {
  await using stack = new AsyncDisposableStack()
  const starting = Array.from({ length: count }, () => FolderProcess.start(action, root, ...args))
  const processes = (await Promise.all(starting)).map((each) => stack.use(each))
  for (const each of processes) each.go()
  return await Promise.all(processes.map((each) => each.line()))
}
