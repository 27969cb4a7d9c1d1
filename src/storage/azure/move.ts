/**
 * Copying an object within the container, for a move: Azure cannot rename.
 *
 * Within one account the service copies at once, but it does not promise to. Azurite always does.
 * @see https://learn.microsoft.com/rest/api/storageservices/copy-blob
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Cancellable } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { replaceObject } from "./replace.ts"

/** Milliseconds between two looks at a copy. */
const INTERVAL = 500

export async function copyObject(
  container: AzureContainer,
  from: string,
  to: string,
  { signal }: Cancellable,
): Promise<void> {
  const source = container.blob(from).url
  const target = container.blob(to)
  let status: string | undefined = await replaceObject(container, to, { signal }, (conditions) =>
    container.call({ key: from, signal }, async (handling) => {
      const poller = await target.beginCopyFromURL(source, { ...handling, conditions })
      poller.stopPolling() // it would wait for fifteen seconds at a time
      return poller.getOperationState().isCompleted ? "success" : "pending"
    }),
  )
  while (status === "pending") {
    await sleep(INTERVAL, undefined, { signal })
    status = (await container.call({ key: to, signal }, (handling) => target.getProperties(handling)))
      .copyStatus
  }
  if (status !== "success") {
    throw container.error("UNAVAILABLE", `Copying ${from} to ${to} ended as ${status ?? "nothing"}.`, to)
  }
}
