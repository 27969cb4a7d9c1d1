/**
 * P1 to P5: push, push again, pull of a real image, and the memory that it takes, beside others with the same bucket and daemon.
 * They take turns, in the opposite order every second time, each with an empty bucket; before a pull the daemon forgets the image.
 * @module
 */
import { type ImageStore, imageStore, removeImages } from "../support/docker.ts"
import type { Bench, BenchOptions, Measurement, Row } from "./bench.ts"
import type { Contender } from "./contenders/contender.ts"
import { original, s3lo } from "./contenders/others.ts"
import { ours } from "./contenders/ours.ts"
import { stockRegistry } from "./contenders/stock-registry.ts"
import { ensure, forget, type Lab, openLab, settle } from "./lab.ts"
import type { Measured } from "./measure.ts"
import { loadRealImage } from "./real-image.ts"

const IMAGE = "oci-store-bench/image:v1"

const DEFAULT = ours("oci-store")
const GZIP = ours("oci-store, archive, gzip", "--transport", "archive", "--compression=gzip")
const ZSTD = ours("oci-store, archive, zstd", "--transport", "archive", "--compression=zstd")

const STEPS = ["push", "again", "pull"] as const
type Step = (typeof STEPS)[number]

type Results = ReadonlyMap<Contender, Readonly<Record<Step, Measured[]>>>

export const transfers: Bench = {
  name: "transfers",
  describe: "push, push again and pull of an image of 589 MB",
  quick: true,
  engine: true,
  async run(options) {
    const store = await imageStore()
    const wanted = contendersFor(store, options.full)
    const missing = new Map<Contender, string>()
    for (const contender of wanted) {
      const reason = await contender.missing?.()
      if (reason !== undefined) missing.set(contender, reason)
    }
    const contenders = wanted.filter((contender) => !missing.has(contender))
    options.say(`${contenders.map(({ name }) => name).join("; ")}; ${store} image store`)
    const results = await compete(contenders, options)
    return rowsOf(store, results, missing)
  },
}

function contendersFor(store: ImageStore, full: boolean): readonly Contender[] {
  if (!full) return [DEFAULT, stockRegistry]
  // Of a containerd store the archive is what the registry gets as well: compressed layers, or none.
  return store === "classic"
    ? [DEFAULT, stockRegistry, GZIP, ZSTD, s3lo, original]
    : [DEFAULT, stockRegistry, s3lo, original]
}

async function compete(contenders: readonly Contender[], { runs, say }: BenchOptions): Promise<Results> {
  const nothing = (): Record<Step, Measured[]> => ({ push: [], again: [], pull: [] })
  const results = new Map(contenders.map((each) => [each, nothing()]))
  await using lab = await openLab()
  const { id } = await loadRealImage(IMAGE)
  try {
    for (let run = 0; run < runs; run++) {
      for (const contender of run % 2 === 0 ? contenders : contenders.toReversed()) {
        await ensure(IMAGE, id, () => loadRealImage(IMAGE))
        const measured = await oneRound(contender, lab).catch((error: unknown) => {
          if (contender.missing === undefined) throw error
          // A peer that cannot do it here is told of, and no reason to stop.
          say(`run ${run + 1}, ${contender.name}: failed: ${String(error)}`)
        })
        if (!measured) continue
        for (const step of STEPS) results.get(contender)?.[step].push(measured[step])
        const seconds = STEPS.map((step) => `${step} ${measured[step].seconds.toFixed(2)} s`)
        say(`run ${run + 1}, ${contender.name}: ${seconds.join(", ")}`)
      }
    }
  } finally {
    await removeImages(IMAGE)
  }
  return results
}

async function oneRound(contender: Contender, lab: Lab): Promise<Record<Step, Measured>> {
  await using session = await contender.open(await lab.newPlace())
  await settle()
  const push = await session.push(IMAGE)
  await settle()
  const again = await session.push(IMAGE)
  await forget(IMAGE)
  await settle()
  return { push, again, pull: await session.pull(IMAGE) }
}

function rowsOf(store: ImageStore, results: Results, missing: ReadonlyMap<Contender, string>): Row[] {
  const of = (contender: Contender, step: Step): Measurement => {
    const runs = results.get(contender)?.[step].map(({ seconds }) => seconds) ?? []
    const reason = missing.get(contender) ?? (runs.length === 0 ? "failed here" : undefined)
    return { contender: contender.name, runs, ...(reason !== undefined && { missing: reason }) }
  }
  const takesPart = (contender: Contender): boolean => results.has(contender) || missing.has(contender)
  const isClassic = store === "classic"
  const compare = (id: string, step: Step, one: Contender, other: Contender, atMost?: number): Row[] => {
    if (!takesPart(one) || !takesPart(other)) return []
    const what = `${{ push: "push", again: "push again", pull: "pull" }[step]}, ${store} store`
    const limit = atMost === undefined ? {} : { limit: { atMost } }
    return [{ id, what, unit: "s", ours: of(one, step), peer: of(other, step), ...limit }]
  }
  const peaks = [...(results.get(DEFAULT)?.push ?? []), ...(results.get(DEFAULT)?.pull ?? [])]
  return [
    ...compare(isClassic ? "P1" : "P2", "push", DEFAULT, stockRegistry, isClassic ? 1 : 0.5),
    ...compare("P3", "push", GZIP, stockRegistry, 0.45),
    ...compare("P3", "push", ZSTD, stockRegistry, 0.35),
    ...compare("P3", "push", ZSTD, s3lo, 0.8),
    ...compare("", "push", DEFAULT, s3lo),
    ...compare("", "push", DEFAULT, original),
    {
      id: "P4",
      what: `push again, ${store} store`,
      unit: "s",
      ours: of(DEFAULT, "again"),
      limit: { atMost: 0.6 },
    },
    ...compare("P4", "again", GZIP, s3lo, 0.05),
    ...compare("P4", "again", DEFAULT, s3lo, 0.05),
    ...compare("P4", "again", DEFAULT, original, 0.05),
    ...compare("P5", "pull", DEFAULT, stockRegistry, 1),
    ...compare("P5", "pull", GZIP, stockRegistry),
    ...compare("P5", "pull", ZSTD, s3lo),
    ...compare("", "pull", DEFAULT, s3lo),
    ...compare("", "pull", DEFAULT, original),
    {
      id: "",
      what: `peak memory, ${store} store`,
      unit: "MiB",
      ours: { contender: DEFAULT.name, runs: peaks.map(({ peak }) => peak) },
    },
  ]
}
