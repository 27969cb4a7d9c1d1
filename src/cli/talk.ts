/**
 * What is said on stderr beside the result, and how much of it.
 * @module
 */

/** Writes whole lines; never into the middle of a progress bar. */
export interface Talk {
  /** Always. */
  warn(text: string): void
  /** Unless the user wants quiet. */
  say(text: string): void
  /** With --verbose. */
  step(text: string): void
  /** With -vv. */
  request(text: string): void
}

export interface Loudness {
  readonly quiet: boolean
  /** How often --verbose was given. */
  readonly verbosity: number
}

export function createTalk({ quiet, verbosity }: Loudness, line: (text: string) => void): Talk {
  return {
    warn: (text) => line(`Warning: ${text}`),
    say: (text) => {
      if (!quiet) line(text)
    },
    step: (text) => {
      if (verbosity >= 1) line(text)
    },
    request: (text) => {
      if (verbosity >= 2) line(text)
    },
  }
}
