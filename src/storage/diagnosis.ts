/**
 * What a backend can tell of itself when something is wrong: who would ask, where, and who said so. It is a driver's own knowledge,
 * in its own words; `doctor` only puts it in line.
 * @module
 */
import type { StorageError } from "./driver.ts"
import type { OptionValues } from "./option.ts"

/** `skipped`: not looked at, with the reason, or nothing there to look at. */
type Level = "ok" | "warning" | "failure" | "skipped"

/** Something that was looked at. */
export interface Finding {
  /** A word or two. */
  readonly title: string
  readonly level: Level
  /** What was found, and the way out where there is one. Never a secret. */
  readonly text: string
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, string | number | boolean | undefined>>
  /** What a push or pull would have ended with. Present for every failure, and wherever there is no point in looking further. */
  readonly error?: unknown
}

export interface Question {
  /** The bucket's name. Left out: only who would ask is wanted. */
  readonly location?: string | undefined
  readonly options: OptionValues
  /** Who said what an option is, by the option's name: `--region`, `AWS_REGION`. */
  readonly origins: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether this backend is the one that was asked about: then credentials have to be there. */
  readonly required: boolean
  /** Aborted when an answer takes too long. */
  readonly signal: AbortSignal
}

/** All but the explanation may be left out. */
export interface Diagnosis {
  /**
   * Where first, then who asks.
   * @throws OptionError for options that cannot be used; the signal's reason
   */
  explain(question: Question): Promise<readonly Finding[]>
  /** What to do about uploads that nobody will end. */
  readonly staleUploads?: string
  /** What does not work where listing is denied. */
  readonly withoutList?: string
  /** What does not work where deleting is denied. */
  readonly withoutDelete?: string
  /** A boolean option with whose other value the same images would have other names, and what to do if they have. */
  readonly otherNames?: { readonly option: string; readonly remedy: string }
}

export const CREDENTIALS = "Credentials"

/** Credentials that are not there, or not usable. */
export function withoutCredentials(
  error: StorageError,
  { required, location }: Question,
  absent: boolean,
): Finding {
  const level = required ? "failure" : absent ? "skipped" : "warning"
  // A driver's sentence ends with the bucket and the SDK's words.
  const [, sentence = "", details = ""] = /^(.*) \(\w+ : (.*)\)$/s.exec(error.message) ?? []
  const text =
    location === undefined && sentence !== "" ? `${sentence}${absent ? "" : ` (${details})`}` : error.message
  return { title: CREDENTIALS, level, text, error }
}

/** An error that belongs into the report. Others, such as an aborted signal's reason, are thrown on. */
export function failureOf(title: string, error: unknown): Finding {
  if (!(error instanceof Error)) throw error
  return { title, level: "failure", text: error.message, error }
}

/** `, from --region`, where somebody said it. */
export function from(origin: string | undefined): string {
  return origin === undefined ? "" : `, from ${origin}`
}
