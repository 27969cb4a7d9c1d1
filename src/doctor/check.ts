/**
 * What a check is, and running them one after the other. One that rests on another that failed is left out, with a line that says so.
 * @module
 */
import { abortable } from "../storage/abort.ts"
import { type Finding, failureOf } from "../storage/diagnosis.ts"

export interface Check<Subject> {
  readonly title: string
  /** Titles of earlier checks without whose success there is no point in this one. */
  readonly needs?: readonly string[]
  /** Good to know, but not worth a failure when it takes too long. */
  readonly optional?: boolean
  /** Whatever it throws is a failure of this title. */
  run(subject: Subject, signal: AbortSignal): Promise<readonly Finding[]>
}

export interface Limits {
  /** Ends everything, and is thrown. */
  readonly signal: AbortSignal
  /** For each check. */
  readonly seconds: number
  /** What it means that one was not done by then. */
  readonly tooSlow: (title: string) => Error
}

/** Findings as they come. */
export async function* runChecks<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
  limits: Limits,
): AsyncGenerator<Finding> {
  /** Check → what has failed that it is, or that it rests on. */
  const broken = new Map<string, string>()
  for (const check of checks) {
    const { title, needs = [] } = check
    const culprit = needs.map((need) => broken.get(need)).find((each) => each !== undefined)
    const findings =
      culprit === undefined
        ? await attempt(check, subject, limits)
        : [skipped(title, `not tried, because of: ${culprit}`)]
    const obstacle = culprit ?? findings.find(({ error }) => error !== undefined)?.title
    if (obstacle !== undefined) broken.set(title, obstacle)
    yield* findings
  }
}

async function attempt<Subject>(
  check: Check<Subject>,
  subject: Subject,
  { signal, seconds, tooSlow }: Limits,
): Promise<readonly Finding[]> {
  const timeout = AbortSignal.timeout(seconds * 1000)
  const either = AbortSignal.any([signal, timeout])
  try {
    return await abortable(check.run(subject, either), either)
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted && check.optional) return [skipped(check.title, `not found out within ${seconds} s`)]
    return [failureOf(check.title, timeout.aborted ? tooSlow(check.title) : error)]
  }
}

export function skipped(title: string, text: string): Finding {
  return { title, level: "skipped", text }
}
