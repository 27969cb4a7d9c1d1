/**
 * Standard input and output of a program that neither reads nor writes archives there.
 * @module
 */
import { PassThrough, Readable } from "node:stream"

export const NO_BYTES = {
  input: () => Readable.from([]),
  output: () => new PassThrough(),
}
