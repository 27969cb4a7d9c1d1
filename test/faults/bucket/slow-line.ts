/**
 * A layer that comes slowly, over a line that is slow as well: parts of it go ahead, and are moved when it is complete.
 * @module
 */
import type { Cloud } from "../../support/clouds/cloud.ts"
import type { FaultPlan } from "../../support/fault-proxy.ts"
import { MiB, slowly } from "../../support/bytes.ts"
import { kindOf } from "./kinds.ts"

/** Bytes that are long enough in coming for parts of them to leave before. */
export const SLOW_LAYER = 24 * MiB

/** Milliseconds. */
const PAUSE_AFTER_MIB = 110
const DELAY_OF_PART = 300

export const comingSlowly = (bytes: Buffer): AsyncIterable<Uint8Array> => slowly(bytes, PAUSE_AFTER_MIB)

/** Holds back each part that `plan` lets pass. */
export function slowLine(cloud: Cloud["name"], plan: FaultPlan): FaultPlan {
  return (request) =>
    plan(request) ?? (kindOf(cloud, request) === "part" ? { delay: DELAY_OF_PART } : undefined)
}

/** The request concerns what went ahead. */
export const isAhead = ({ url }: { readonly url: string }): boolean => url.includes("_uploads")
