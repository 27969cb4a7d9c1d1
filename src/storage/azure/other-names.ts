/**
 * Objects under the names of the other registry: there, but not to be seen.
 * @module
 */
import type { Cancellable } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { nameStart } from "./names.ts"
import type { AzureDriverOptions } from "./options.ts"

/** A sentence if there are any; it costs one request. */
export async function explainAbsence(
  container: AzureContainer,
  { rootDir, legacyNames = false }: Pick<AzureDriverOptions, "rootDir" | "legacyNames">,
  prefix: string,
  { signal }: Cancellable = {},
): Promise<string | undefined> {
  const names = { prefix: nameStart({ rootDir, legacyNames: !legacyNames }) + prefix }
  const page = await container.call({ key: prefix, signal }, async (handling) => {
    const pages = container.client.listBlobsFlat({ ...names, ...handling }).byPage({ maxPageSize: 1 })
    return (await pages.next()).value
  })
  if (!page?.segment.blobItems.length) return undefined
  return legacyNames
    ? `The container ${container.name} holds names without a slash at the start, as registry 3 writes them: leave out --azure-legacy-names to read those.`
    : `The container ${container.name} holds names with a slash at the start, as registry 2.8 writes them: pass --azure-legacy-names to read those.`
}
