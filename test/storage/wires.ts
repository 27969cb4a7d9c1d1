/**
 * How each cloud says what all of them say.
 * @module
 */
import type { Cloud } from "../support/clouds/cloud.ts"
import type { Fault, SeenRequest } from "../support/fault-proxy.ts"
import { refusal } from "./azure/setup.ts"

export interface Wire {
  /** Answers that ask for patience. */
  readonly overloads: readonly Fault[]
  readonly isPart: (request: SeenRequest) => boolean
  /** Ways in which a part gets lost, or its answer. */
  readonly losses: readonly Fault[]
  readonly isRead: (request: SeenRequest) => boolean
  readonly rangeHeader: string
  /** The version that a read insists on. */
  readonly versionOf: (request: SeenRequest) => string | null | undefined
}

const ANSWERLESS = [{ status: 429 }, { status: 500 }] as const
const LOST = { reset: "before forwarding" } as const
const UNANSWERED = { reset: "after forwarding" } as const

export const WIRES: Readonly<Record<Cloud["name"], Wire>> = {
  s3: {
    overloads: [
      {
        status: 503,
        headers: { "content-type": "application/xml" },
        body: "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
      },
      ...ANSWERLESS,
    ],
    isPart: ({ method, url }) => method === "PUT" && url.includes("partNumber="),
    losses: [LOST, UNANSWERED],
    isRead: ({ method, url }) => method === "GET" && !url.includes("list-type"),
    rangeHeader: "range",
    versionOf: ({ headers }) => headers["if-match"],
  },
  gcs: {
    overloads: [
      {
        status: 503,
        headers: { "content-type": "application/json; charset=UTF-8" },
        body: JSON.stringify({
          error: { code: 503, errors: [{ reason: "backendError", domain: "global" }] },
        }),
      },
      ...ANSWERLESS,
    ],
    isPart: ({ method }) => method === "PUT",
    losses: [LOST, { status: 503 }], // its emulator appends what it gets twice: no answer of its may be lost
    isRead: ({ method, url }) => method === "GET" && url.includes("alt=media"),
    rangeHeader: "range",
    versionOf: ({ url }) => new URL(url, "http://localhost").searchParams.get("generation"),
  },
  azure: {
    overloads: [refusal(503, "ServerBusy"), ...ANSWERLESS],
    isPart: ({ method, url }) => method === "PUT" && url.includes("comp=block&"),
    losses: [LOST, UNANSWERED],
    isRead: ({ method, url }) => method === "GET" && !url.includes("comp=list"),
    rangeHeader: "x-ms-range",
    versionOf: ({ headers }) => headers["if-match"],
  },
}
