/**
 * One daemon, as requests and replies: the only file that knows dockerode.
 *
 * Requests go through dockerode's own dialler rather than its methods: those take no AbortSignal where we need one, drop the
 * query of an inspect, and know neither `platform` on a push nor Podman's `tlsVerify`.
 * @module
 */
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import { Readable } from "node:stream"
import Dockerode from "dockerode"
import { withOneBuffer } from "../one-buffer.ts"
import { DockerError } from "./errors.ts"
import { failureOf } from "./failure.ts"
import type { DockerHost } from "./host.ts"
import { SshAgent } from "./ssh.ts"

/** What the daemon sends on to the registry that it pushes to or pulls from. */
export interface Credentials {
  readonly username: string
  readonly password: string
  /** `host:port` of the registry. */
  readonly serverAddress: string
}

export interface EngineRequest {
  readonly method: "GET" | "POST" | "DELETE"
  /** Without version and query, for example `/images/app/json`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly credentials?: Credentials
  /** A tar archive to send. */
  readonly body?: Readable
  /** The request in words for messages, after "cannot": `push 127.0.0.1:5000/app:1`. */
  readonly purpose: string
  readonly signal?: AbortSignal | undefined
}

export interface Connection extends Disposable {
  readonly host: DockerHost
  /**
   * The reply's JSON; an empty buffer for a reply without any.
   * @throws DockerError, or the signal's reason
   */
  call(request: EngineRequest): Promise<unknown>
  /**
   * The reply as it arrives. The caller reads it to its end or destroys it, which ends the request.
   * @throws DockerError, or the signal's reason
   */
  stream(request: EngineRequest): Promise<Readable>
  /** Breaks off whatever still runs. */
  [Symbol.dispose](): void
}

const SUCCESS = { 200: true, 201: true, 204: true }

/**
 * Prepares to talk to a daemon; connects with the first request.
 *
 * @param version of the API, such as `1.41`; without it the daemon's newest
 * @throws DockerError UNREACHABLE
 */
export function openConnection(host: DockerHost, version?: string): Connection {
  const agent = agentFor(host)
  const { modem } = createClient(host, agent, version)

  const dial = (
    { method, path, query, credentials, body, purpose, signal }: EngineRequest,
    isStream: boolean,
  ) =>
    new Promise<unknown>((resolve, reject) => {
      signal?.throwIfAborted()
      modem.dial(
        {
          method,
          path: `${path}?`,
          options: { _query: query ?? {}, _body: {} },
          isStream,
          statusCodes: SUCCESS,
          ...(body && { file: body }),
          ...(credentials && {
            authconfig: {
              username: credentials.username,
              password: credentials.password,
              serveraddress: credentials.serverAddress,
            },
          }),
          ...(signal && { abortSignal: signal }),
        },
        (error, reply) => {
          if (!error) resolve(reply)
          else reject(signal?.aborted ? signal.reason : failureOf(error, host, purpose))
        },
      )
    })

  return {
    host,
    call: (request) => dial(request, false),
    async stream(request) {
      const reply = await dial(request, true)
      if (reply instanceof Readable) return reply
      throw new DockerError("FAILED", `Cannot ${request.purpose}: the daemon's reply is no stream`)
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** One connection per request: nothing idles, so nothing keeps the process alive or breaks while it waits to be used again. */
function agentFor({ endpoint, tls }: DockerHost): HttpAgent {
  if (endpoint.protocol === "ssh") return new SshAgent(endpoint)
  if (endpoint.protocol !== "https") return withOneBuffer(new HttpAgent({ keepAlive: false }))
  const { ca, cert, key, verify = true } = tls ?? {}
  return withOneBuffer(new HttpsAgent({ keepAlive: false, ca, cert, key, rejectUnauthorized: verify }))
}

/** Every option is given, even as undefined: docker-modem fills what is missing from the environment. */
function createClient({ endpoint, address }: DockerHost, agent: HttpAgent, version?: string): Dockerode {
  const remote = endpoint.protocol === "socket" ? undefined : endpoint
  const options: Dockerode.DockerOptions & { agent: HttpAgent } = {
    socketPath: endpoint.protocol === "socket" ? endpoint.path : undefined,
    host: remote?.hostname,
    port: remote?.port,
    // Behind ssh, the agent sees to the way: what goes over it is HTTP. dockerode's own ssh takes any host's key for the right one.
    protocol: remote?.protocol === "https" ? "https" : "http",
    username: undefined,
    sshOptions: {},
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
    version: version && `v${version}`,
    agent,
  }
  try {
    return withoutRedirects(new Dockerode(options))
  } catch (cause) {
    throw new DockerError("UNREACHABLE", `Cannot talk to the Docker daemon at ${address}`, { cause })
  }
}

/** No daemon redirects, and docker-modem follows where nobody hears of errors: they would end the process. */
function withoutRedirects(docker: Dockerode): Dockerode {
  const modem = docker.modem as unknown as { buildRequest(options: object, ...more: unknown[]): void }
  const buildRequest = modem.buildRequest.bind(modem)
  modem.buildRequest = (options, ...more) => buildRequest({ ...options, maxRedirects: 0 }, ...more)
  return docker
}
