/**
 * A company's certificate authority: made for one run of tests, by openssl, and trusted by nobody.
 * @module
 */
import { once } from "node:events"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { request as forward } from "node:http"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { programsMissing, succeed } from "./programs.ts"

export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
}

interface CertificateRequest {
  /** Defaults to all names right below `cloud.test` and `blob.test`. */
  readonly names?: readonly string[]
  /** From now. Negative: expired. Defaults to 2. */
  readonly days?: number
}

export interface PrivateAuthority extends AsyncDisposable {
  /** Its own certificate, for `--ca-file`. */
  readonly file: string
  readonly pem: string
  issue(request?: CertificateRequest): Promise<Certificate>
  /** One that no authority has signed. */
  issueToItself(): Promise<Certificate>
}

/** How to get the program that it takes, where that is missing. In CI that is an error. */
export async function authorityMissing(): Promise<string | undefined> {
  const missing = await programsMissing(["openssl"])
  if (missing && process.env["CI"]) throw new Error(missing)
  return missing
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

export async function createAuthority(): Promise<PrivateAuthority> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-authority-"))
  const at = (name: string) => join(folder, name)
  const issued = async () => ({ cert: await readFile(at("cert")), key: await readFile(at("key")) })
  const openssl = (...args: string[]) => succeed("openssl", args)
  const subject = "/CN=Authority of the tests"
  await openssl("req", "-x509", ...NEW_KEY, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", subject)
  return {
    file: at("ca.pem"),
    pem: await readFile(at("ca.pem"), "latin1"),
    async issue({ names = ["*.cloud.test", "*.blob.test"], days = 2 } = {}) {
      await writeFile(at("names"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`)
      await openssl("req", ...NEW_KEY, "-keyout", at("key"), "-out", at("request"), "-subj", "/CN=server")
      const signer = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial"]
      const validity = ["-days", String(days), "-extfile", at("names")]
      await openssl("x509", "-req", "-in", at("request"), ...signer, ...validity, "-out", at("cert"))
      return issued()
    },
    async issueToItself() {
      await openssl(
        "req",
        "-x509",
        ...NEW_KEY,
        "-keyout",
        at("key"),
        "-out",
        at("cert"),
        "-subj",
        "/CN=server",
      )
      return issued()
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

export interface TlsFront extends AsyncDisposable {
  readonly port: number
}

/**
 * Has a server that speaks HTTP speak HTTPS, on another port.
 * @param target origin of the server, asked for with every connection
 */
export async function startTlsFront(certificate: Certificate, target: () => string): Promise<TlsFront> {
  const server = createServer({ ...certificate, keepAliveTimeout: 60_000 }, (incoming, response) => {
    const { method, url = "/", headers } = incoming
    const outgoing = forward(new URL(url, target()), {
      method,
      headers: { ...headers, "x-forwarded-proto": "https" },
    })
    outgoing.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, response).catch(() => undefined)
    })
    outgoing.on("error", () => response.destroy())
    pipeline(incoming, outgoing).catch(() => undefined)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}
