/**
 * A body that may break off.
 * @module
 */

export interface TolerantBody {
  /** Ends quietly where the source breaks off, so that what came before it is kept. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** To be called when all chunks were read: tells the failure after all. */
  rethrow(): void
}

export function tolerant(source: AsyncIterable<Uint8Array>): TolerantBody {
  let failure: { readonly error: unknown } | undefined
  async function* chunks(): AsyncIterable<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      failure = { error }
    }
  }
  return {
    chunks: chunks(),
    rethrow() {
      if (failure) throw failure.error
    },
  }
}
