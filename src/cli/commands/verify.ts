/**
 * `verify`: reads everything that tags need once more.
 * @module
 */
import { resolve } from "node:path"
import { StateFileError, type KnownDigests } from "../../upkeep/known-digests.ts"
import type { Backend } from "../backends.ts"
import type { Command, Invocation } from "../command.ts"
import { VERIFY_FLAGS } from "../flags.ts"
import { readScope } from "../scope.ts"
import { type Store, storeIdentityOf } from "../store.ts"
import { readTransferFlags } from "../transfer-flags.ts"
import { withUpkeep } from "../upkeep.ts"
import { UsageError } from "../usage-error.ts"
import { damageLines, documentOf, failureOf, summarize } from "../verify-report.ts"
import { createVerifyTally } from "../verify-tally.ts"
import { describeUpkeep } from "./describe-upkeep.ts"

/** @param backend left out where the reference names it */
export function verifyCommand(backend?: Backend): Command {
  return {
    ...describeUpkeep("verify", backend, VERIFY_FLAGS),
    async run(invocation) {
      const { values, io, signal } = invocation
      const { store, scope } = readScope(invocation, backend)
      const flags = readTransferFlags(invocation)
      const quick = values.boolean("quick") ?? false
      const known = await readState(invocation, store, quick)
      const tally = createVerifyTally()
      const status = () => tally.line()
      const result = await withUpkeep({ invocation, store, flags, status }, async (upkeep) => {
        const { verify } = await import("../../upkeep/verify.ts")
        const { driver, budget, talk, onChange } = upkeep
        const { concurrency } = flags
        return verify({
          driver,
          budget,
          concurrency,
          scope,
          quick,
          known,
          signal,
          onEvent(event) {
            tally.add(event)
            if (event.type === "warning") talk.warn(event.text)
            if (event.type === "tag") talk.step(`checking ${event.label}`)
            onChange()
          },
        })
      })
      const verified = { store, quick, result, tally }
      const lines = [...damageLines(result), ...(flags.quiet ? [] : [summarize(verified)])]
      io.stdout.write(
        flags.json
          ? `${JSON.stringify(documentOf(verified), undefined, 2)}\n`
          : lines.map((line) => `${line}\n`).join(""),
      )
      const failure = failureOf(result)
      if (failure) throw failure
    },
  }
}

/** @throws UsageError */
async function readState(
  { values, io }: Invocation,
  store: Store,
  quick: boolean,
): Promise<KnownDigests | undefined> {
  const file = values.text("state")
  if (file === undefined) return undefined
  if (quick) {
    throw new UsageError(
      "--state remembers what was read whole, and --quick reads nothing so: leave out one of them",
    )
  }
  const { openKnownDigests } = await import("../../upkeep/known-digests.ts")
  try {
    return await openKnownDigests(resolve(io.cwd, file), storeIdentityOf(store, values, io.env))
  } catch (error) {
    if (error instanceof StateFileError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
