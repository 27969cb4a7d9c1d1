import { describe, expect, it } from "vitest"
import type { TransferEvent } from "../../../../src/bridge/events.ts"
import { createTracker } from "../../../../src/cli/progress/tracker.ts"
import { digestOf, hexOf } from "../../../../src/oci/digest.ts"

const digest = digestOf(Buffer.from("layer"))
const id = hexOf(digest).slice(0, 12)

const engine = (status: string, current?: number, total?: number, layer = id): TransferEvent => ({
  type: "engine",
  progress: {
    type: "layer",
    id: layer,
    status,
    ...(current !== undefined && { current }),
    ...(total !== undefined && { total }),
  },
})
const started: TransferEvent = { type: "blob", event: { type: "started", digest, size: 100 } }
const moved = (bytes: number): TransferEvent => ({ type: "blob", event: { type: "moved", digest, bytes } })
const finished: TransferEvent = { type: "blob", event: { type: "stored", digest, size: 100 } }

function track(...events: TransferEvent[]) {
  const tracker = createTracker()
  for (const event of events) tracker.update(event)
  return { layers: tracker.layers(), totals: tracker.totals() }
}

it("knows both legs of a layer that daemon and store call the same", () => {
  const { layers, totals } = track(engine("Pushing", 50, 100), started, moved(30), moved(10))
  expect(layers).toEqual([
    {
      id,
      status: "Pushing",
      finished: false,
      engine: { done: 50, size: 100 },
      store: { done: 40, size: 100 },
    },
  ])
  expect(totals).toEqual({ engine: { done: 50, size: 100 }, store: { done: 40, size: 100 } })
})

it("shows a layer of the classic store twice, by both of its digests", () => {
  const { layers, totals } = track(engine("Pushing", 200, 150, "uncompressed"), started, moved(30))
  expect(layers.map(({ id }) => id)).toEqual(["uncompressed", id])
  expect(totals.engine).toEqual({ done: 150, size: 150 })
})

describe("the end of a layer", () => {
  it.each(["Pushed", "Pull complete", "Layer already exists", "Already exists", "Mounted from team/app"])(
    "is %s",
    (status) => expect(track(engine(status)).layers[0]?.finished).toBe(true),
  )

  it.each(["Pushing", "Waiting", "Download complete", "Retrying in 5 seconds"])("is not %s", (status) =>
    expect(track(engine(status)).layers[0]?.finished).toBe(false),
  )

  it("is the daemon's to tell, if it knows the layer", () => {
    expect(track(started, finished).layers[0]?.finished).toBe(true)
    expect(track(engine("Pushing", 1, 100), started, finished).layers[0]?.finished).toBe(false)
  })

  it("is that the store had it all the time", () => {
    const present: TransferEvent = { type: "blob", event: { type: "present", digest, size: 100 } }
    expect(track(started, present).layers[0]?.finished).toBe(true)
    expect(track(present).layers).toEqual([])
  })

  it("makes the daemon's leg whole, even if its last figures were older", () => {
    expect(track(engine("Pushing", 50, 100), engine("Pushed")).totals.engine).toEqual({
      done: 100,
      size: 100,
    })
  })
})

it("does not count the unpacking as a way travelled", () => {
  const { layers, totals } = track(
    engine("Downloading", 100, 100),
    engine("Download complete"),
    engine("Extracting", 20, 100),
  )
  expect(layers[0]?.engine).toEqual({ done: 20, size: 100 })
  expect(totals.engine).toEqual({ done: 100, size: 100 })
})

it("has nothing to show of what was there already, nor of words", () => {
  const tracker = createTracker()
  expect(tracker.update({ type: "blob", event: { type: "present", digest, size: 100 } })).toBeUndefined()
  expect(tracker.update({ type: "step", text: "x" })).toBeUndefined()
  expect(tracker.layers()).toEqual([])
})
