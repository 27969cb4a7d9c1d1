/**
 * A daemon behind `ssh://`, reached as the Docker CLI does: through the system's own `ssh`, with whatever it is configured to do.
 * So its known hosts decide whom to trust, its agent signs in, and it is the one that asks for passwords.
 * @see https://docs.docker.com/engine/security/protect-access/#use-ssh-to-protect-the-docker-daemon-socket
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { Agent } from "node:http"
import { Duplex, Readable, Writable } from "node:stream"
import { DockerError } from "./errors.ts"

export interface SshTarget {
  readonly hostname: string
  /** Left out where `ssh` is to decide, as for the user's name. */
  readonly port?: number
  readonly username?: string
}

/** Ends with the daemon's socket on its standard input and output. */
const REMOTE_COMMAND = ["docker", "system", "dial-stdio"]

/** Seconds that a host may take to answer at all: as long as the Docker CLI waits. */
const CONNECT_TIMEOUT = 30

/** Characters of what ssh says that are kept: the last ones tell why it gave up. */
const LONGEST_WORD = 1000

/** Opens a connection of its own for every request. */
export class SshAgent extends Agent {
  readonly #target: SshTarget

  constructor(target: SshTarget) {
    super({ keepAlive: false })
    this.#target = target
  }

  override createConnection(): Duplex {
    return connect(this.#target)
  }
}

function connect(target: SshTarget): Duplex {
  const ssh = spawn("ssh", sshArguments(target), { stdio: "pipe", windowsHide: true })
  const readable = Readable.from(outputOf(ssh, target), { objectMode: false })
  const connection = Duplex.from({ readable, writable: inputOf(ssh) })
  return connection.once("close", () => ssh.kill())
}

/** What a program gets that has ended is lost: why it ended is told by its output. */
function inputOf({ stdin }: ChildProcessWithoutNullStreams): Writable {
  stdin.on("error", () => undefined)
  return new Writable({
    write: (chunk, encoding, done) => void stdin.write(chunk, encoding, () => done()),
    final: (done) => void stdin.end(() => done()),
  })
}

/** Listens from now on, whenever it is read. Ends in an error if the program does. */
function outputOf(ssh: ChildProcessWithoutNullStreams, { hostname }: SshTarget): AsyncIterable<Uint8Array> {
  const unreachable = (why: string, cause?: Error) =>
    new DockerError("UNREACHABLE", `Cannot reach the Docker daemon on ${hostname} by ssh: ${why}`, { cause })
  const words = lastWords(ssh)
  const ended = new Promise<DockerError | undefined>((resolve) => {
    ssh.once("error", (cause) => {
      resolve(unreachable(`the program cannot be started (${cause.message})`, cause))
    })
    ssh.once("close", (code) =>
      resolve(code === 0 ? undefined : unreachable(words() || `it ended with ${code}`)),
    )
  })
  return (async function* () {
    // Of a program that was not started, no output ends by itself.
    if (ssh.pid !== undefined) yield* ssh.stdout
    const failure = await ended
    if (failure) throw failure
  })()
}

export function sshArguments({ hostname, port, username }: SshTarget): string[] {
  return [
    "-T",
    "-o",
    `ConnectTimeout=${CONNECT_TIMEOUT}`,
    ...(username === undefined ? [] : ["-l", username]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    hostname,
    ...REMOTE_COMMAND,
  ]
}

/** What it has said on standard error so far, on one line. */
function lastWords({ stderr }: ChildProcessWithoutNullStreams): () => string {
  let said = ""
  stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-LONGEST_WORD)
  })
  return () => said.trim().replaceAll(/\s*\n\s*/g, " ")
}
