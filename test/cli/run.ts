/**
 * The program in this process: a command line in, what it wrote and its exit code out.
 * @module
 */
import { Readable, Writable } from "node:stream"
import type { Io, Signal } from "../../src/cli/io.ts"
import { main } from "../../src/main.ts"

export interface RunOptions {
  readonly env?: Io["env"]
  readonly cwd?: string
  readonly columns?: number
  /** What is typed where a password is asked for. */
  readonly secret?: string
  /** Sees what is said while the program runs. */
  readonly onStderr?: (text: string) => void
  readonly isTTY?: boolean
  /** What there is to read. */
  readonly input?: Uint8Array
  /** Sees the bytes that are written beside text. */
  readonly onBytes?: (bytes: Buffer) => void
  /** Gets the means to send a signal before the program starts. */
  readonly onStart?: (send: (signal: Signal) => void) => void
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** No daemon, no credentials and no configuration of the machine that the tests run on. */
const NOWHERE = { DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: "/nowhere" }

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = NOWHERE, cwd = "/nowhere", columns = 100, isTTY = false, secret = "" } = options
  const { input, onBytes } = options
  const { onStart, onStderr } = options
  const written = { stdout: "", stderr: "" }
  const output = (name: keyof typeof written) => ({
    columns,
    isTTY,
    write(text: string) {
      written[name] += text
      if (name === "stderr") onStderr?.(text)
    },
  })
  const code = await main(argv, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env,
    cwd,
    onSignal(callback) {
      onStart?.(callback)
      return () => undefined
    },
    onReload: () => () => undefined,
    readSecret: () => Promise.resolve(secret),
    input: () => Object.assign(Readable.from(input ? [input] : []), { isTTY }),
    output: () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          onBytes?.(chunk)
          done()
        },
      }),
  })
  return { code, ...written }
}
