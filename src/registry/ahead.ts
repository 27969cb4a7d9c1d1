/**
 * Sequences that come one after the other, with the next ones begun before the last one is through.
 * @module
 */

interface Begun<T> {
  readonly source: AsyncGenerator<T>
  readonly first: Promise<IteratorResult<T>>
}

/**
 * What the sources yield, in their order. Nothing is begun for whoever asks for the first item only, as one does that looks ahead
 * itself: of sequences in sequences, those are read ahead that come next. Whoever stops early ends what was begun.
 * @param limit of sources begun beside the one that is read
 */
export async function* ahead<T>(
  sources: AsyncIterable<AsyncGenerator<T>>,
  limit: number,
): AsyncGenerator<T, void> {
  const begun: Begun<T>[] = []
  let isRead = false

  function begin(source: AsyncGenerator<T>): void {
    const first = source.next()
    first.catch(() => undefined) // thrown where it is awaited, if the consumer gets there
    begun.push({ source, first })
  }

  async function* oldest(): AsyncGenerator<T, void> {
    const { source, first } = begun.shift() ?? {}
    try {
      const step = await first
      if (!source || !step || step.done) return
      yield step.value
      isRead = true
      yield* source
    } finally {
      await source?.return(undefined)
    }
  }

  try {
    for await (const source of sources) {
      begin(source)
      while (begun.length > (isRead ? limit : 0)) yield* oldest()
    }
    while (begun.length > 0) yield* oldest()
  } finally {
    await Promise.allSettled(begun.map(({ source }) => source.return(undefined)))
  }
}
