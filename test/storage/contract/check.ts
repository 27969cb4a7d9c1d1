/**
 * What a check of the contract is, and what all checks use.
 * @module
 */
import {
  isStorageError,
  type ListEntry,
  type ListOptions,
  type StorageDriver,
} from "../../../src/storage/driver.ts"

export interface DriverUnderTest {
  readonly driver: StorageDriver
  /** The same kind of driver over a store that fails every write. Left out where a store cannot fail. */
  readonly broken?: StorageDriver
  /** Bytes of a part, or any size that means nothing special to a store without parts. */
  readonly partSize: number
  /** What the store keeps of unfinished uploads. */
  readonly leftovers?: () => Promise<readonly string[]>
  readonly close?: () => Promise<void>
}

/** A promise of the contract, checked. Throws when it is broken. */
export type Check = (subject: DriverUnderTest) => Promise<void>

/** Removes keys after a check, also when it failed, so that one broken promise does not look like several. */
export async function removing(
  driver: StorageDriver,
  keys: string[],
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run()
  } finally {
    await driver.delete(keys)
  }
}

/** The code of the StorageError that a promise rejects with; anything else is described as it is. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return "no error"
  } catch (error) {
    return isStorageError(error) ? error.code : `not a StorageError: ${String(error)}`
  }
}

/** Everything that a listing gives. */
export async function entries(
  driver: StorageDriver,
  prefix: string,
  options?: ListOptions,
): Promise<ListEntry[]> {
  const found: ListEntry[] = []
  for await (const entry of driver.list(prefix, options)) found.push(entry)
  return found
}

export async function keysOf(
  driver: StorageDriver,
  prefix: string,
  options?: ListOptions,
): Promise<string[]> {
  return (await entries(driver, prefix, options)).map(({ key }) => key)
}
