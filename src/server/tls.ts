/**
 * The certificate and its key.
 * @module
 */
import { X509Certificate, createPrivateKey } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createSecureContext } from "node:tls"
import type { TlsIdentity } from "../http/web-server.ts"
import { ConfigError } from "./errors.ts"

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/**
 * Reads both files and makes sure that they belong together.
 * @throws ConfigError
 */
export async function readTls(files: TlsFiles): Promise<TlsIdentity> {
  const cert = await readSetting("tls.certificate", files.certificate)
  const key = await readSetting("tls.key", files.key)
  const certificate = parsed(
    "tls.certificate",
    files.certificate,
    "certificate",
    () => new X509Certificate(cert),
  )
  const privateKey = parsed("tls.key", files.key, "private key without a passphrase", () =>
    createPrivateKey(key),
  )
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError(
      `tls.key: '${files.key}' is not the key of the certificate in '${files.certificate}'`,
    )
  }
  parsed("tls.certificate", files.certificate, "chain of certificates", () =>
    createSecureContext({ cert, key }),
  )
  return { cert, key }
}

/** @throws ConfigError that names the setting */
export async function readSetting(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (cause) {
    const reason =
      cause instanceof Error && "code" in cause && cause.code === "ENOENT"
        ? "does not exist"
        : "cannot be read"
    throw new ConfigError(`${setting}: the file '${file}' ${reason}`, { cause })
  }
}

function parsed<T>(setting: string, file: string, what: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new ConfigError(`${setting}: '${file}' holds no ${what} in PEM`, { cause })
  }
}
