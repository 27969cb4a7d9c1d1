/**
 * What Azure Blob Storage can tell when something is wrong, apart from its code so that no SDK is loaded before it is asked.
 * @module
 */
import type { Diagnosis } from "./diagnosis.ts"

export const AZURE_DIAGNOSIS: Diagnosis = {
  async explain(question) {
    const { explainAzure } = await import("./azure/explain.ts")
    return explainAzure(question)
  },
  withoutDelete: "only links that registry 3.0 and 3.1 wrote cannot be replaced",
  otherNames: {
    option: "azure-legacy-names",
    remedy: "registry:2 writes names with a leading slash and registry:3 without",
  },
}
