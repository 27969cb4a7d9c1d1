/**
 * What a verification has found, as lines and as a document.
 * @module
 */
import type { Damage } from "../upkeep/damage.ts"
import { UpkeepError } from "../upkeep/errors.ts"
import type { VerifyResult } from "../upkeep/verify.ts"
import { storeUrlOf, type Store } from "./store.ts"
import { formatBytes, formatCount } from "./units.ts"
import type { VerifyTally } from "./verify-tally.ts"

export interface Verified {
  readonly store: Store
  readonly quick: boolean
  readonly result: VerifyResult
  readonly tally: VerifyTally
}

/** Tags in a line at most; the document has them all. */
const NAMED = 5

/** Width of the first column, with the blanks behind it. */
const LEVEL = 9

export function damageLines({ damage }: VerifyResult): readonly string[] {
  return damage.map(({ level, key, text, breaks }) => {
    const named = breaks.slice(0, NAMED).join(", ")
    const more = breaks.length > NAMED ? ` and ${breaks.length - NAMED} more` : ""
    const verb = level === "error" ? "breaks" : "concerns"
    return `${level.padEnd(LEVEL)}${key}: ${text}; ${verb} ${named}${more}`
  })
}

/** `3 tags of 2 repositories need 14 objects, 1.2 GB: all are good.` */
export function summarize({ quick, result, tally }: Verified): string {
  const { tags, repositories, damage } = result
  const [checked, known] = [tally.checked(), tally.known()]
  const objects = formatCount(checked.objects + known.objects, "object")
  const bytes = formatBytes(checked.bytes + known.bytes)
  const before =
    known.objects === 0 ? "" : ` (${known.objects} of them, ${formatBytes(known.bytes)}, were before)`
  const good = quick ? "all have the right size" : `all are good${before}`
  const verdict = damage.length === 0 ? good : formatCount(damage.length, "problem")
  return `${formatCount(tags, "tag")} in ${repositoriesOf(repositories)}, ${objects}, ${bytes}: ${verdict}.`
}

function repositoriesOf(count: number): string {
  return count === 1 ? "1 repository" : `${count} repositories`
}

export function documentOf({ store, quick, result, tally }: Verified): object {
  const { tags, repositories, damage } = result
  return {
    ok: !damage.some(isError),
    store: storeUrlOf(store),
    quick,
    repositories,
    tags,
    checked: tally.checked(),
    known: tally.known(),
    damage,
    seconds: tally.seconds(),
  }
}

/** Undefined if nothing is broken. */
export function failureOf({ damage }: VerifyResult): UpkeepError | undefined {
  const errors = damage.filter(isError)
  if (errors.length === 0) return undefined
  const tags = new Set(errors.flatMap(({ breaks }) => breaks)).size
  return new UpkeepError(
    "DAMAGED",
    `${formatCount(errors.length, "object")} ${errors.length === 1 ? "is" : "are"} missing or damaged, which breaks ${formatCount(tags, "tag")}.`,
  )
}

function isError({ level }: Damage): boolean {
  return level === "error"
}
