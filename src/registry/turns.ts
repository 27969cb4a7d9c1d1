/**
 * Work that must not overlap with other work on the same thing.
 * @module
 */

/** Runs `work` after everything that was handed in before it under the same key, whether that succeeded or not. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return function inTurn(key, work) {
    const turn = (last.get(key) ?? Promise.resolve()).then(work)
    const end = (): void => {
      if (last.get(key) === ended) last.delete(key)
    }
    const ended = turn.then(end, end)
    last.set(key, ended)
    return turn
  }
}
