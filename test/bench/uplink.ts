/**
 * P12: a slow uplink, 8 MB/s in all, 40 ms away, and one large layer that the classic store compresses while it sends. The least
 * that can be had is the longer of compressing and sending.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { imageStore, removeImages } from "../support/docker.ts"
import type { Bench } from "./bench.ts"
import { ours, PROGRAM } from "./contenders/ours.ts"
import { openLab, settle } from "./lab.ts"
import { measure } from "./measure.ts"
import { loadOneLayer } from "./real-image.ts"
import { startShapedLink } from "../support/shaped-link.ts"

const IMAGE = "oci-store-bench/uplink:v1"
const MB = 1e6
const RATE = 8 * MB

export const uplink: Bench = {
  name: "uplink",
  describe: "push of one layer of 600 MB over 8 MB/s, beside the longer of compressing and sending it",
  quick: false,
  engine: true,
  async run({ runs, say }) {
    const store = await imageStore()
    if (store !== "classic") {
      say("skipped: only the classic image store compresses while it sends")
      return []
    }
    const whole: number[] = []
    const least: number[] = []
    await using lab = await openLab()
    await using slow = await startShapedLink(lab.endpoint, { roundTrip: 40, overall: RATE })
    await loadOneLayer(IMAGE, 600 * MB)
    try {
      for (let run = 0; run < runs; run++) {
        const { seconds: compressing, bytes } = await compress()
        const sending = bytes / RATE
        await settle()
        await using session = await ours("oci-store").open(await lab.newPlace(slow.endpoint))
        const { seconds } = await session.push(IMAGE)
        whole.push(seconds)
        least.push(Math.max(compressing, sending))
        const parts = `compressing ${compressing.toFixed(1)} s, sending ${(bytes / MB).toFixed(0)} MB ${sending.toFixed(1)} s`
        say(`run ${run + 1}: push ${seconds.toFixed(1)} s; ${parts}`)
      }
    } finally {
      await removeImages(IMAGE)
    }
    return [
      {
        id: "P12",
        what: "push of 600 MB over 8 MB/s, classic store",
        unit: "s",
        ours: { contender: "oci-store", runs: whole },
        peer: { contender: "the longer of compressing and sending", runs: least },
        limit: { atMost: 1.15 },
      },
    ]
  },
}

/** What the daemon needs, and what comes of it: a push into a folder. */
async function compress(): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-bench-"))
  try {
    const args = [PROGRAM, "file", "push", "--json", "--image", IMAGE, `${folder}/app:v1`]
    const { seconds, output } = await measure(process.execPath, args)
    return { seconds, bytes: (JSON.parse(output) as { stored: { bytes: number } }).stored.bytes }
  } finally {
    await rm(folder, { recursive: true })
  }
}
