/**
 * What a campaign counts. Everything that should never be is `lost`, and says how to see it again.
 * @module
 */

export interface Verdict {
  /** 1 unless said otherwise. */
  readonly cases?: number
  /** What each operation of the case came to. */
  readonly survived: number
  /** Failed, and said why in a sentence. */
  readonly failed: number
  readonly injected: number
  /** Sentences that a failure was told by. */
  readonly sentences?: readonly string[]
  /** What went beyond: counted under its own name, and harmless. */
  readonly notes?: readonly string[]
  /** What must never be. */
  readonly lost: readonly string[]
}

export class Tally {
  readonly #name: string
  readonly #started = performance.now()
  readonly #sentences = new Map<string, number>()
  readonly #notes = new Map<string, number>()
  #cases = 0
  #injected = 0
  #survived = 0
  #failed = 0
  #lost = 0

  constructor(name: string) {
    this.#name = name
  }

  get lost(): number {
    return this.#lost
  }

  add(title: string, verdict: Verdict): void {
    const { cases = 1, survived, failed, injected, sentences = [], notes = [], lost } = verdict
    this.#cases += cases
    this.#survived += survived
    this.#failed += failed
    this.#injected += injected
    this.#lost += lost.length
    for (const sentence of sentences) count(this.#sentences, generalized(sentence))
    for (const note of notes) count(this.#notes, note)
    for (const what of lost) console.log(`  LOST in ${title}: ${what}`)
  }

  print(verbose: boolean): void {
    const seconds = Math.round((performance.now() - this.#started) / 1000)
    const numbers = `cases ${this.#cases}, faults injected ${this.#injected}, survived ${this.#survived}, failed with a sentence ${this.#failed}, lost: ${this.#lost}`
    console.log(`${this.#name}: ${numbers} (${seconds} s)`)
    for (const [note, times] of this.#notes) console.log(`  ${times} × ${note}`)
    if (!verbose) return
    for (const [sentence, times] of this.#sentences) console.log(`  ${times} × ${sentence}`)
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

/** Without what differs from case to case. */
function generalized(sentence: string): string {
  return sentence
    .replace(/[0-9a-f]{64,}/g, "…")
    .replace(/docker\/registry\/v2\/\S*\//g, "…/")
    .replace(/127\.0\.0\.1:\d+/g, "ADDRESS")
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
    .replace(/bucket case-\S+|container case-\S+/g, "bucket")
    .slice(0, 220)
}
