/**
 * The store's time: every answer has it in a header, a refusal too.
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#specifying-the-date-header
 * @module
 */
import type { Cancellable, StoreClock } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { responseHeader } from "./response.ts"

/** Milliseconds: what is signed with a time further off is refused. */
const TOLERANCE = 15 * 60_000

export async function readClock(
  container: AzureContainer,
  { signal }: Cancellable = {},
): Promise<StoreClock | undefined> {
  const now = await container.call({ signal }, async (handling) => {
    try {
      return (await container.client.getProperties(handling)).date
    } catch (error) {
      const date = responseHeader(error, "date")
      if (date === undefined) throw error
      return new Date(date)
    }
  })
  return now && { now, tolerance: TOLERANCE }
}
