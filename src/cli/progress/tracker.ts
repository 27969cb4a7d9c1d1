/**
 * What is known of a transfer while it runs: of each layer, both legs of its way.
 * @module
 */
import type { TransferEvent } from "../../bridge/events.ts"
import type { LayerProgress } from "../../docker/progress.ts"
import { hexOf } from "../../oci/digest.ts"
import type { BlobEvent } from "../../registry/events.ts"

export interface Leg {
  /** Bytes so far. */
  readonly done: number
  /** Bytes in all. */
  readonly size: number
}

export interface Layer {
  /**
   * The first 12 hex digits of its digest. Pushed from the classic store, a layer has two: the daemon goes by the uncompressed form,
   * which nobody else knows, and the store by the compressed one. It then makes two layers here, each with one leg.
   */
  readonly id: string
  /** In the daemon's words. */
  readonly status?: string
  /** Between the daemon and us: what moves now, which may be the unpacking of what has arrived. */
  readonly engine?: Leg
  /** Between us and the store. */
  readonly store?: Leg
  /** Nothing more will happen to it, as far as its last event tells. */
  readonly finished: boolean
}

export interface Totals {
  /** Of the layers of which the daemon told a size. */
  readonly engine: Leg
  readonly store: Leg
}

export interface Tracker {
  /** Takes note of an event; the layer that it was about, if it was about one. */
  update(event: TransferEvent): Layer | undefined
  /** In the order of their first events. */
  layers(): readonly Layer[]
  totals(): Totals
}

/** The daemon's last words about a layer. */
const FINAL = /^(Pushed|Pull complete|Layer already exists|Already exists|Mounted from)/

const ID_LENGTH = 12

export function createTracker(): Tracker {
  const layers = new Map<string, Layer>()
  /** By layer, without the unpacking. */
  const carried = new Map<string, Leg>()

  function set(layer: Layer): Layer {
    layers.set(layer.id, layer)
    return layer
  }

  function fromEngine({ id, status, current, total }: LayerProgress): Layer {
    const known = layers.get(id)
    const finished = FINAL.test(status)
    const leg =
      current === undefined || total === undefined
        ? undefined
        : { done: Math.min(current, total), size: total }
    if (leg && status !== "Extracting") carried.set(id, leg)
    const whole = carried.get(id)
    if (finished && whole) carried.set(id, { ...whole, done: whole.size })
    return set({
      id,
      finished,
      status,
      ...(leg && { engine: leg }),
      ...(known?.store && { store: known.store }),
    })
  }

  function fromStore(event: BlobEvent): Layer | undefined {
    const id = hexOf(event.digest).slice(0, ID_LENGTH)
    const known = layers.get(id) ?? { id, finished: false }
    // Some blobs are found to be there only when they are written.
    if (event.type === "present" && !known.store) return undefined
    if (event.type === "moved") {
      const { done = 0, size = 0 } = known.store ?? {}
      return set({ ...known, store: { done: Math.min(done + event.bytes, size), size } })
    }
    const { size } = event
    if (event.type === "started") return set({ ...known, store: { done: 0, size } })
    const finished = known.finished || known.status === undefined
    return set({ ...known, finished, store: { done: size, size } })
  }

  return {
    update(event) {
      if (event.type === "blob") return fromStore(event.event)
      if (event.type === "engine" && event.progress.type === "layer") return fromEngine(event.progress)
      return undefined
    },
    layers: () => [...layers.values()],
    totals: () => ({
      engine: sum([...carried.values()]),
      store: sum([...layers.values()].flatMap(({ store }) => store ?? [])),
    }),
  }
}

function sum(legs: readonly Leg[]): Leg {
  return legs.reduce((sum, { done, size }) => ({ done: sum.done + done, size: sum.size + size }), {
    done: 0,
    size: 0,
  })
}
