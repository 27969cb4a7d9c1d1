/**
 * P6: push and pull with a distant bucket, 40 ms away, where one connection gets 25 MB/s.
 * @module
 */
import { imageStore, removeImages } from "../support/docker.ts"
import type { Bench, Measurement, Row } from "./bench.ts"
import type { Contender } from "./contenders/contender.ts"
import { ours } from "./contenders/ours.ts"
import { stockRegistry } from "./contenders/stock-registry.ts"
import { forget, openLab, settle } from "./lab.ts"
import { loadRandomLayers } from "./real-image.ts"
import { startShapedLink } from "../support/shaped-link.ts"

const IMAGE = "oci-store-bench/link:v1"
const MB = 1e6
const LINK = { roundTrip: 40, perConnection: 25 * MB }
const LAYERS = [200 * MB, 150 * MB, 100 * MB, 50 * MB]

const US = ours("oci-store")
const CONTENDERS = [US, stockRegistry]

export const link: Bench = {
  name: "link",
  describe: "push and pull of 500 MB, 40 ms away, 25 MB/s for each connection",
  quick: false,
  engine: true,
  async run({ runs, say }) {
    const store = await imageStore()
    const results = new Map(CONTENDERS.map((each) => [each, { push: [] as number[], pull: [] as number[] }]))
    await using lab = await openLab()
    await using distant = await startShapedLink(lab.endpoint, LINK)
    try {
      for (let run = 0; run < runs; run++) {
        for (const contender of run % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()) {
          await loadRandomLayers(IMAGE, LAYERS)
          await using session = await contender.open(await lab.newPlace(distant.endpoint))
          await settle()
          const push = await session.push(IMAGE)
          await forget(IMAGE)
          await settle()
          const pull = await session.pull(IMAGE)
          await forget(IMAGE)
          results.get(contender)?.push.push(push.seconds)
          results.get(contender)?.pull.push(pull.seconds)
          say(
            `run ${run + 1}, ${contender.name}: push ${push.seconds.toFixed(2)} s, pull ${pull.seconds.toFixed(2)} s`,
          )
        }
      }
    } finally {
      await removeImages(IMAGE)
    }
    const of = (contender: Contender, step: "push" | "pull"): Measurement => ({
      contender: contender.name,
      runs: results.get(contender)?.[step] ?? [],
    })
    return (["push", "pull"] as const).map((step): Row => {
      const what = `${step} of 500 MB over a link of 40 ms, ${store} store`
      return {
        id: "P6",
        what,
        unit: "s",
        ours: of(US, step),
        peer: of(stockRegistry, step),
        ...limitOf(store),
      }
    })
  },
}

/** The classic store compresses, which takes its time whatever the link. */
function limitOf(store: string): Pick<Row, "limit"> {
  return store === "containerd" ? { limit: { atMost: 0.25 } } : {}
}
