/**
 * The store's time: every answer has it in a header, a refusal too.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationTimeStamp
 * @module
 */
import { HeadBucketCommand } from "@aws-sdk/client-s3"
import type { Cancellable, StoreClock } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import { answerHeader, responseHeader } from "./response.ts"

/** Milliseconds: what is signed with a time further off is refused. */
const TOLERANCE = 15 * 60_000

export async function readClock(
  bucket: S3Bucket,
  { signal }: Cancellable = {},
): Promise<StoreClock | undefined> {
  const command = new HeadBucketCommand({ Bucket: bucket.name })
  let date: string | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      date = answerHeader(result.response, "date")
      return result
    },
    { step: "deserialize", name: "readClock" },
  )
  await bucket.call({ signal }, (handling) =>
    bucket.client.send(command, handling).catch((error: unknown) => {
      date ??= responseHeader(error, "date")
      if (date === undefined) throw error
    }),
  )
  return date === undefined ? undefined : { now: new Date(date), tolerance: TOLERANCE }
}
