/**
 * A share of the memory of the whole process, for as long as some work takes.
 * @module
 */
import type { MemoryBudget } from "../storage/budget.ts"

/** @param bytes that the work holds at most */
export async function withMemory<T>(
  budget: MemoryBudget,
  bytes: number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const lease = await budget.acquire(bytes, signal)
  try {
    return await work()
  } finally {
    lease[Symbol.dispose]()
  }
}
