/**
 * Certificates that are not accepted, as sentences.
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 * @module
 */
import { NetworkError } from "./network-error.ts"

const ANOTHER_AUTHORITY =
  "Pass the certificate of that authority, or of your company's where it inspects the traffic, with --ca-file."

/** @param names that the certificate is for, as a list, if it has any */
type Sentence = (names: string | undefined) => readonly [whatIsWrong: string, wayOut: string]

const unknownAuthority: Sentence = () => [
  "an authority that is not known here has signed its certificate",
  ANOTHER_AUTHORITY,
]

const SENTENCES: Readonly<Record<string, Sentence>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: () => [
    "its certificate is signed by itself",
    "Pass that certificate with --ca-file.",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_HAS_EXPIRED: () => [
    "its certificate has expired",
    "Have it renewed, or set this computer's clock; --ca-file is no way round.",
  ],
  CERT_NOT_YET_VALID: () => ["its certificate is not valid yet", "Set this computer's clock."],
  ERR_TLS_CERT_ALTNAME_INVALID: (names) => [
    `its certificate is for another name${names ? ` (${names})` : ""}`,
    "Check the endpoint; --ca-file is no way round.",
  ],
}

/** @param server origin, for the message */
export function certificateError(error: unknown, server: string): NetworkError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, cert } = error as Error & { code?: string; cert?: { subjectaltname?: string } }
  const names = cert?.subjectaltname?.replace(/(?:DNS|IP Address):/g, "")
  const [whatIsWrong, wayOut] = SENTENCES[code ?? ""]?.(names) ?? []
  if (whatIsWrong === undefined) return undefined
  const sentence = `${server} cannot be trusted: ${whatIsWrong}. ${wayOut}`
  return new NetworkError("CERTIFICATE_REFUSED", sentence, { cause: error })
}
