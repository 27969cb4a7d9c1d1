/**
 * What AWS S3 can tell when something is wrong, apart from its code so that no SDK is loaded before it is asked.
 * @module
 */
import type { Diagnosis } from "./diagnosis.ts"

export const S3_DIAGNOSIS: Diagnosis = {
  async explain(question) {
    const { explainS3 } = await import("./s3/explain.ts")
    return explainS3(question)
  },
  staleUploads:
    'their parts are paid for; a lifecycle rule with AbortIncompleteMultipartUpload removes them (README, "S3")',
  withoutList:
    "S3 then says 'denied' in place of 'absent', so that a tag that is not there yet cannot be pushed: grant s3:ListBucket on the bucket itself",
  withoutDelete: "pushes and pulls do not need it",
}
