/**
 * What a benchmark is and what it finds out: figures of ours beside those of a peer that had the same work to do in the same run.
 * @module
 */

/** What one contender needed, once for each run. */
export interface Measurement {
  readonly contender: string
  /** Empty when the contender could not be had. */
  readonly runs: readonly number[]
  /** Why there are no runs, and how to get the contender. */
  readonly missing?: string
}

interface Limit {
  /** Of the ratio of the medians, ours to the peer's; without a peer, of our median itself. */
  readonly atMost?: number
  readonly atLeast?: number
}

export interface Row {
  /** Of the table of targets: `P1`. */
  readonly id: string
  readonly what: string
  readonly unit: string
  readonly ours: Measurement
  readonly peer?: Measurement
  readonly limit?: Limit
}

export interface BenchOptions {
  readonly runs: number
  /** Every contender and the large sizes. */
  readonly full: boolean
  /** What goes on, for whoever waits. */
  readonly say: (text: string) => void
}

export interface Bench {
  readonly name: string
  readonly describe: string
  /** Part of a run without `--full` and without names. */
  readonly quick: boolean
  /** Whether its results belong to one kind of image store. */
  readonly engine: boolean
  run(options: BenchOptions): Promise<readonly Row[]>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2
}

/** Of the medians; undefined without a peer's figures. */
export function ratioOf({ ours, peer }: Pick<Row, "ours" | "peer">): number | undefined {
  return peer && peer.runs.length > 0 ? median(ours.runs) / median(peer.runs) : undefined
}

/** Undefined where there is no target, or nobody to compare with. */
export function isMet(row: Row): boolean | undefined {
  const { limit, ours, peer } = row
  const value = peer ? ratioOf(row) : median(ours.runs)
  if (limit === undefined || value === undefined) return undefined
  return value <= (limit.atMost ?? Infinity) && value >= (limit.atLeast ?? -Infinity)
}
