/**
 * What a process that is to be killed is told.
 * @module
 */
import { MiB } from "../../support/bytes.ts"
import { type Content, image } from "../../support/oci-content.ts"
import type { StockStorage } from "../../support/stock-registry.ts"
import { bytesOf } from "../chance.ts"
import { SLOW_LAYER } from "../bucket/slow-line.ts"
import type { Shape } from "../bucket/transfers.ts"

export const PART_SIZE = 5 * MiB

export interface Job {
  readonly storage: StockStorage
  readonly shape: Shape
  /** Decides the content. */
  readonly about: string
  /** The call before which the process kills itself, from 1. */
  readonly killBefore?: number
}

/** Layers below and above what is kept in memory, and sent in one part. */
export function contentOf(about: string, shape: Shape): Content {
  const large = shape === "slow" ? SLOW_LAYER : 11 * MiB
  return image([bytesOf(50_000, about), bytesOf(large, `${about} large`)])
}
