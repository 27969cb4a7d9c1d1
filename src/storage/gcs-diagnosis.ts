/**
 * What Google Cloud Storage can tell when something is wrong, apart from its code so that no SDK is loaded before it is asked.
 * @module
 */
import type { Diagnosis } from "./diagnosis.ts"

export const GCS_DIAGNOSIS: Diagnosis = {
  async explain(question) {
    const { explainGcs } = await import("./gcs/explain.ts")
    return explainGcs(question)
  },
  withoutList:
    "Google then says 'denied' in place of 'absent', so that a tag that is not there yet cannot be pushed: grant storage.objects.list",
  withoutDelete:
    "tags that exist cannot be moved, since replacing an object counts as deleting it: grant storage.objects.delete",
}
