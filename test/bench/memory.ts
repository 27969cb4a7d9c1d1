/**
 * P8: peak memory of a push and of a pull, with one layer of 5 GB and with eight at once, beside what a small image needs.
 * @module
 */
import { imageStore, removeImages } from "../support/docker.ts"
import type { Bench, Row } from "./bench.ts"
import { ours } from "./contenders/ours.ts"
import { forget, openLab, settle } from "./lab.ts"
import { loadRandomLayers } from "./real-image.ts"

const IMAGE = "oci-store-bench/memory:v1"
const MB = 1e6

const SHAPES = [
  { name: "one layer of 100 MB", layers: [100 * MB] },
  { name: "one layer of 5 GB", layers: [5000 * MB] },
  { name: "eight layers of 500 MB", layers: Array.from({ length: 8 }, () => 500 * MB) },
]

export const memory: Bench = {
  name: "memory",
  describe: "peak memory with large layers and with many",
  quick: false,
  engine: true,
  async run({ say }) {
    const store = await imageStore()
    const rows: Row[] = []
    for (const { name, layers } of SHAPES) {
      // A lab for each: what 5 GB leave on the disk goes with it.
      await using lab = await openLab()
      await using session = await ours("oci-store").open(await lab.newPlace())
      try {
        await loadRandomLayers(IMAGE, layers)
        await settle()
        const push = await session.push(IMAGE)
        await forget(IMAGE)
        const pull = await session.pull(IMAGE)
        for (const [step, { peak, seconds }] of Object.entries({ push, pull })) {
          say(`${step}, ${name}: ${peak.toFixed(0)} MiB, ${seconds.toFixed(1)} s`)
          const what = `peak memory of a ${step}, ${name}, ${store} store`
          const measured = { contender: "oci-store", runs: [peak] }
          rows.push({ id: "P8", what, unit: "MiB", ours: measured, limit: { atMost: 250 } })
        }
      } finally {
        await removeImages(IMAGE)
      }
    }
    return rows
  },
}
