/**
 * Which file names in the folder are ours and no objects.
 * @module
 */
import { randomUUID } from "node:crypto"

/** Distribution's name for a file being written, `<file>.<uuid>.tmp`, and our lock. Neither is an object. */
const NOT_AN_OBJECT = /\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|lock)\.tmp$/

export function isNotAnObject(fileName: string): boolean {
  return NOT_AN_OBJECT.test(fileName)
}

export function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`
}

export function lockName(file: string): string {
  return `${file}.lock.tmp`
}

/** The key of the object that a temporary file or lock was for. */
export function objectKeyOf(key: string): string {
  return key.replace(/\.[^.]+\.tmp$/, "")
}
