/**
 * `prune`: what interrupted uploads have left behind.
 * @module
 */
import type { Backend } from "../backends.ts"
import type { Command } from "../command.ts"
import { PRUNE_FLAGS } from "../flags.ts"
import { failureOf, leftoverLine, pruneDocument, summarizePrune } from "../prune-report.ts"
import { readStore } from "../scope.ts"
import { readTransferFlags } from "../transfer-flags.ts"
import { withUpkeep } from "../upkeep.ts"
import { describeUpkeep } from "./describe-upkeep.ts"

/** Milliseconds: no upload that goes on takes that long. */
const DAY = 24 * 60 * 60_000

/** @param backend left out where the store's URL names it */
export function pruneCommand(backend?: Backend): Command {
  return {
    ...describeUpkeep("prune", backend, PRUNE_FLAGS),
    async run(invocation) {
      const { values, io, signal } = invocation
      const store = readStore(invocation, backend)
      const flags = readTransferFlags(invocation)
      const age = values.number("older-than") ?? DAY
      const remove = values.boolean("delete") ?? false
      const asked = { store, age, olderThan: new Date(Date.now() - age), remove }
      const result = await withUpkeep({ invocation, store, flags }, async ({ driver, talk }) => {
        const { prune } = await import("../../upkeep/prune.ts")
        return prune({
          driver,
          olderThan: asked.olderThan,
          remove,
          signal,
          onEvent(event) {
            if (event.type === "warning") talk.warn(event.text)
            else if (!flags.json) io.stdout.write(`${leftoverLine(event.leftover, remove)}\n`)
          },
        })
      })
      if (flags.json) io.stdout.write(`${JSON.stringify(pruneDocument(asked, result), undefined, 2)}\n`)
      else if (!flags.quiet) io.stdout.write(`${summarizePrune(asked, result)}\n`)
      const failure = failureOf(result)
      if (failure) throw failure
    },
  }
}
