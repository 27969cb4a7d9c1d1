/**
 * What every campaign is given, and how its cases are run: several at once, each with a watchdog.
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import { Tally, type Verdict } from "./tally.ts"

export interface Settings {
  readonly seed: string
  /** Everything, instead of a sample of it. */
  readonly full: boolean
  /** Run only cases whose title contains this. */
  readonly only: string | undefined
  /** Print every case, and every sentence that a failure was told by. */
  readonly verbose: boolean
}

export interface Case {
  readonly title: string
  run(): Promise<Verdict>
}

export interface Campaign {
  readonly name: string
  /** It mostly waits, so that others may run beside it. */
  readonly waits?: boolean
  /** Why it cannot run here, and what would help. */
  missing?(): Promise<string | undefined>
  /** @returns how many things were lost */
  run(settings: Settings): Promise<number>
}

export interface RunOptions {
  /** Cases at once. */
  readonly width: number
  /** Milliseconds after which a case counts as hanging. */
  readonly limit: number
}

export async function runCases(
  name: string,
  cases: readonly Case[],
  { only, verbose }: Settings,
  { width, limit }: RunOptions,
): Promise<number> {
  const tally = new Tally(name)
  const waiting = cases.filter(({ title }) => only === undefined || title.includes(only))
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const started = performance.now()
      const verdict = await judged(next, limit)
      tally.add(next.title, verdict)
      if (!verbose) continue
      const { survived, failed, injected, sentences = [] } = verdict
      const took = Math.round(performance.now() - started)
      console.log(
        `  ${next.title}: ${injected} faults, ${survived} + ${failed}, ${took} ms ${sentences.join(" | ")}`,
      )
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  tally.print(verbose)
  return tally.lost
}

async function judged(next: Case, limit: number): Promise<Verdict> {
  try {
    return await within(limit, next.run(), () => next.title)
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { survived: 0, failed: 0, injected: 0, lost: [what] }
  }
}

/** @param describe says what hangs */
export async function within<T>(limit: number, work: Promise<T>, describe: () => string): Promise<T> {
  const done = new AbortController()
  const hang = sleep(limit, undefined, { signal: done.signal }).then(
    () => {
      throw new Error(`hangs for ${limit / 1000} s: ${describe()}`)
    },
    () => new Promise<never>(() => undefined),
  )
  try {
    return await Promise.race([work, hang])
  } finally {
    done.abort()
  }
}
