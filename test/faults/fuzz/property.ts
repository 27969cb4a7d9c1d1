/**
 * What is said of all inputs, and how many of them are tried.
 * @module
 */
import type { IRawProperty } from "fast-check"

export interface OpenProperty extends AsyncDisposable {
  readonly property: IRawProperty<unknown>
}

export interface Property {
  readonly name: string
  /** Of all cases. */
  readonly share: number
  /** Either makes it from nothing, */
  property?(): IRawProperty<unknown>
  /** or with what it needs open meanwhile. */
  open?(): Promise<OpenProperty>
}
