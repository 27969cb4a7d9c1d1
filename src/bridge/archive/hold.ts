/**
 * Bytes that have to be read twice: a small layer stays in memory, a larger one goes to a temporary file.
 * @module
 */
import { tmpdir } from "node:os"
import { createSpool, type Spool } from "../../registry/spool.ts"
import { openTempFile } from "../../registry/temp-file.ts"
import type { StoreSide } from "../transfer.ts"

export function openHold({ driver, budget, tempDir = tmpdir() }: StoreSide): Spool {
  return createSpool(budget, () => openTempFile({ driver, directory: tempDir, onStored }))
}

/** Nothing is stored from here. */
function onStored(): void {}
