/**
 * Certificate authorities beside those that Node knows.
 * @module
 */
import { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { MissingOptionError } from "./errors.ts"

const PEM = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gs

/**
 * The certificates of a file in PEM, one or many.
 * @param option whose value the file is
 * @param variables of the environment that may have named it
 * @throws MissingOptionError for a file that cannot be read or holds none
 */
export async function readCertificates(
  file: string,
  option: string,
  variables: readonly string[],
): Promise<readonly string[]> {
  const named = `The file of certificates ${file} (${[`--${option}`, ...variables].join(", ")})`
  const refuse = (what: string, cause?: unknown) =>
    new MissingOptionError(option, `${named} ${what}`, { cause })
  const text = await readFile(file, "latin1").catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code === "ENOENT" ? "does not exist." : `cannot be read: ${error.code}`, error)
  })
  const certificates = text.match(PEM) ?? []
  if (certificates.length === 0) {
    throw refuse("has none in PEM, the form with -----BEGIN CERTIFICATE----- in it.")
  }
  try {
    for (const certificate of certificates) new X509Certificate(certificate).toString()
  } catch (error) {
    throw refuse("has one that is damaged.", error)
  }
  return certificates
}
