/**
 * What a hostile bucket does to a request of some kind.
 * @module
 */
import type { Cloud } from "../../support/clouds/cloud.ts"
import type { Fault } from "../../support/fault-proxy.ts"
import type { Kind } from "./kinds.ts"

type CloudName = Cloud["name"]

export interface NamedFault {
  readonly name: string
  readonly fault: Fault
}

const XML = { "content-type": "application/xml" }

/** Answers by which each store asks for patience, in its own words. */
const OVERLOADS: Readonly<Record<CloudName, Fault>> = {
  s3: {
    status: 503,
    headers: XML,
    body: "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
  },
  gcs: {
    status: 503,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify({ error: { code: 503, errors: [{ reason: "backendError", domain: "global" }] } }),
  },
  azure: { status: 503, headers: { ...XML, "x-ms-request-id": "1", "x-ms-error-code": "ServerBusy" } },
}

const DENIALS: Readonly<Record<CloudName, Fault>> = {
  s3: {
    status: 403,
    headers: XML,
    body: "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>",
  },
  gcs: {
    status: 403,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify({ error: { code: 403, message: "Denied.", errors: [{ reason: "forbidden" }] } }),
  },
  azure: {
    status: 403,
    headers: { ...XML, "x-ms-request-id": "1", "x-ms-error-code": "AuthorizationPermissionMismatch" },
  },
}

/** S3 answers so when it fails after it has begun to answer. */
const ERROR_WITHIN_SUCCESS: Fault = {
  status: 200,
  headers: XML,
  body: "<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>",
}

/** fake-gcs-server appends a chunk that it gets twice, which Google does not: there no answer to one may be lost. */
const isRepeatable = (cloud: CloudName, kind: Kind): boolean => !(cloud === "gcs" && kind === "part")

/** Of what is sent over a connection that nothing guards, only Azure's blocks carry no hash. */
const isGuarded = (cloud: CloudName, kind: Kind): boolean =>
  cloud !== "azure" && (kind === "put" || kind === "part")

/** Faults that pass. */
export function menuOf(cloud: CloudName, kind: Kind, about: number): readonly NamedFault[] {
  const overload = OVERLOADS[cloud]
  return [
    { name: "500", fault: { status: 500 } },
    { name: "overload", fault: overload },
    { name: "429", fault: { status: 429, headers: { "retry-after": "1" } } },
    { name: "reset before", fault: { reset: "before forwarding" } },
    { name: "delay", fault: { delay: kind === "list" ? 1500 : 300 } },
    ...(isRepeatable(cloud, kind)
      ? [
          { name: "reset after", fault: { reset: "after forwarding" } as const },
          { name: "answer lost", fault: { ...overload, afterForwarding: true } },
        ]
      : []),
    ...(kind === "read" || kind === "list" ? [{ name: "cut", fault: { cutAfter: about * 40 } }] : []),
    ...(kind === "read" ? [{ name: "flip", fault: { flip: "answer", at: about } as const }] : []),
    ...(isGuarded(cloud, kind)
      ? [{ name: "flip sent", fault: { flip: "request", at: about } as const }]
      : []),
    ...(cloud === "s3" && (kind === "complete" || kind === "copy")
      ? [{ name: "200 with error", fault: ERROR_WITHIN_SUCCESS }]
      : []),
  ]
}

/** Faults that stay, request after request. */
export function lastingFaults(cloud: CloudName): readonly NamedFault[] {
  return [
    { name: "always denied", fault: DENIALS[cloud] },
    { name: "always overloaded", fault: OVERLOADS[cloud] },
    { name: "always reset", fault: { reset: "before forwarding" } },
  ]
}
