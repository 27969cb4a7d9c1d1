/**
 * The store's time: every answer has it in a header, a refusal too. Tokens are not signed with ours, so no difference is too large.
 * @module
 */
import type { Cancellable, StoreClock } from "../driver.ts"
import { discard } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"

const REFUSALS = [400, 401, 403, 404]

export async function readClock(
  bucket: GcsBucket,
  { signal }: Cancellable = {},
): Promise<StoreClock | undefined> {
  const url = bucket.listUrl({ maxResults: 1, fields: "kind" })
  const answer = await bucket.call({ signal, inBucket: true }, () =>
    bucket.send({ method: "GET", url, signal, accept: REFUSALS }),
  )
  discard(answer)
  const { date } = answer.headers
  return date === undefined ? undefined : { now: new Date(date) }
}
