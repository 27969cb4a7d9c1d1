/**
 * TLS material for a daemon behind `tcp://`: `ca.pem`, `cert.pem` and `key.pem` in one folder, any of which may be missing.
 * @see https://docs.docker.com/engine/security/protect-access/
 * @module
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { codeOf, DockerError } from "./errors.ts"

export interface TlsMaterial {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  /** False takes any certificate, as a context made with `skip-tls-verify` asks for. */
  readonly verify: boolean
}

/** @throws DockerError UNREACHABLE for a file that exists but cannot be read */
export async function readTls(folder: string, verify = true): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((file) => read(join(folder, file))),
  )
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), verify }
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw new DockerError("UNREACHABLE", `Cannot read the TLS file ${file}`, { cause: error })
  }
}
