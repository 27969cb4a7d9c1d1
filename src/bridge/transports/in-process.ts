/**
 * The registry of a transfer that needs no socket.
 * @module
 */
import { createRegistry } from "../../registry/registry.ts"
import type { RegistryOptions } from "../../registry/context.ts"
import type { BlobTally } from "../events.ts"
import type { StoreSide } from "../transfer.ts"
import type { Transport } from "./transport.ts"

export function openInProcess(
  { driver, budget, tempDir, onEvent = () => undefined }: StoreSide,
  options: Pick<RegistryOptions, "publish" | "rewrite" | "immutableTags" | "keepsReferrers">,
  tally: BlobTally,
): Transport {
  const registry = createRegistry(driver, {
    ...options,
    scope: "store",
    budget,
    tempDir,
    onWarning: (text) => onEvent({ type: "warning", text }),
    onBlob(event) {
      tally.add(event)
      onEvent({ type: "blob", event })
    },
  })
  const failed = new AbortController().signal // every failure is thrown where it happens
  return { registry, failed, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() }
}
