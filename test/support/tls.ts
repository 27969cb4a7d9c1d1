/**
 * Certificates of one's own, made by OpenSSL.
 * @module
 */
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"

export interface TestCertificate {
  /** Files. */
  readonly certificate: string
  readonly key: string
  /** In PEM; its own authority. */
  readonly cert: string
}

/** For localhost and 127.0.0.1, until tomorrow. */
export async function makeCertificate(folder: string, name: string): Promise<TestCertificate> {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  await promisify(execFile)("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1".split(" "),
    "-subj",
    `/CN=${name}`,
    "-addext",
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout",
    key,
    "-out",
    certificate,
  ])
  return { certificate, key, cert: await readFile(certificate, "utf8") }
}
