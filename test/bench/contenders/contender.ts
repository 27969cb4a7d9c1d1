/**
 * Who can bring an image from the daemon into a bucket and back.
 * @module
 */
import type { Measured } from "../measure.ts"

/** The S3 server that all of them use, or what stands before it. */
export interface Place {
  readonly endpoint: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
  readonly bucket: string
}

/** One contender on one bucket. */
export interface Session extends AsyncDisposable {
  push(image: string): Promise<Measured>
  /** What was pushed, under that name again. */
  pull(image: string): Promise<Measured>
}

export interface Contender {
  readonly name: string
  /** Why it cannot be measured here, and how to change that. */
  missing?(): Promise<string | undefined>
  /** What has to run beforehand runs when this returns; it is no part of what is measured. */
  open(place: Place): Promise<Session>
}
