/**
 * P11: what a push and the listings cost as the store grows, in a folder and in a bucket.
 * @module
 */
import { execFile } from "node:child_process"
import { randomFillSync } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { digestOf } from "../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { blobData, layerLink, tagCurrent, tagIndex } from "../../src/registry/layout.ts"
import { createRegistry } from "../../src/registry/registry.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import { startCountingProxy } from "../support/counting-proxy.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { putContent } from "../support/planted-store.ts"
import type { Bench, Measurement, Row } from "./bench.ts"
import { openLab } from "./lab.ts"

const BUSY = "busy/app" as RepositoryName
/** What a listing of S3 answers at most. */
const PAGE = 1000

interface Site {
  readonly name: string
  readonly driver: StorageDriver
  /** Puts an object there, past the driver. */
  plant(key: string, content: string): void
  /** Requests since it was last asked, where they can be counted. */
  requests?(): number
}

export const growth: Bench = {
  name: "growth",
  describe: "pushes and listings in a store that grows to 100,000 objects (--full: 1,000,000)",
  quick: false,
  engine: false,
  async run({ full, say }) {
    const sizes = full ? [0, 1000, 10_000, 100_000, 1_000_000] : [0, 1000, 10_000, 100_000]
    const rows: Row[] = []
    const work = async (site: Site): Promise<void> => {
      rows.push(...(await pushes(site, sizes, say)), ...(await listings(site, full ? 10_000 : 1000, say)))
    }
    await inFolder(work)
    await inBucket(work)
    return rows
  },
}

async function inFolder(work: (site: Site) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "oci-store-bench-"))
  try {
    await work({
      name: "folder",
      driver: createFileDriver({ root, createRoot: false }),
      plant: planter(root),
    })
  } finally {
    await remove(root)
  }
}

async function inBucket(work: (site: Site) => Promise<void>): Promise<void> {
  await using lab = await openLab()
  const place = await lab.newPlace()
  await using proxy = await startCountingProxy(lab.endpoint)
  const resources = { budget: createMemoryBudget(64 * 2 ** 20), concurrency: 16 }
  await using driver = createS3Driver({ ...place, endpoint: proxy.endpoint }, resources)
  const folder = lab.folderOf(place)
  try {
    await work({ name: "S3", driver, plant: planter(folder), requests: () => proxy.take().length })
  } finally {
    await remove(folder)
  }
}

/** `rm` of Node takes minutes for a million files. */
async function remove(folder: string): Promise<void> {
  await promisify(execFile)("rm", ["-rf", folder])
}

function planter(root: string): Site["plant"] {
  return (key, content) => {
    const file = join(root, key)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

/** The time of a push of a small image into more and more blobs and their links, beside that into an empty store. */
async function pushes(site: Site, sizes: readonly number[], say: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = []
  let planted = 0
  let first: Measurement | undefined
  for (const size of sizes) {
    for (; planted < size; planted++) {
      const digest = digestOf(Buffer.from(`planted ${planted}`))
      site.plant(planted % 2 === 0 ? blobData(digest) : layerLink(BUSY, digest), digest)
    }
    const measured: Measurement = {
      contender: `${size.toLocaleString("en")} objects`,
      runs: await timesOfPushes(site),
    }
    const requests = site.requests ? `, ${requestsEach(site)} requests each` : ""
    say(
      `${site.name}, ${measured.contender}: push ${Math.min(...measured.runs).toFixed(1)} ms at best${requests}`,
    )
    if (first)
      rows.push({
        id: "P11",
        what: `push into a ${site.name} store of ${measured.contender}`,
        unit: "ms",
        ours: measured,
        peer: first,
        limit: { atMost: 1.5 },
      })
    first ??= measured
  }
  return rows
}

const PUSHES = 15

async function timesOfPushes(site: Site): Promise<number[]> {
  const times: number[] = []
  for (let each = 0; each < PUSHES; each++) {
    const layer = layerOf(randomFillSync(Buffer.alloc(16)).toString("hex"))
    const started = performance.now()
    await putContent(site.driver, BUSY, "pushed" as Tag, image([layer]))
    times.push(performance.now() - started)
  }
  return times
}

function requestsEach({ requests }: Site): string {
  return ((requests?.() ?? 0) / PUSHES).toFixed(1)
}

const ENTRIES = 10_000

/** @param repositories each of which costs a bucket a request */
async function listings(site: Site, repositories: number, say: (text: string) => void): Promise<Row[]> {
  const tagged = "many/tags" as RepositoryName
  const digest = digestOf(Buffer.from("planted"))
  for (let each = 0; each < ENTRIES; each++) {
    const tag = `v${each}` as Tag
    for (const key of [tagCurrent(tagged, tag), tagIndex(tagged, tag, digest)]) site.plant(key, digest)
    if (each < repositories)
      site.plant(layerLink(`team${each % 100}/app${each}` as RepositoryName, digest), digest)
  }
  await using registry = createRegistry(site.driver, {
    scope: "repository",
    publish: "on-put",
    budget: createMemoryBudget(16 * 2 ** 20),
  })
  const rows: Row[] = []
  const kinds = [
    {
      name: "tags",
      count: async () => (await registry.tags.list(tagged)).tags.length,
      atMost: ENTRIES / PAGE + 1,
    },
    {
      name: "tags, the page in the middle",
      count: async () => (await registry.tags.list(tagged, { last: "v5", limit: 100 })).tags.length,
      atMost: 1,
    },
    { name: "repositories", count: async () => (await registry.catalog.list(() => true)).names.length },
  ]
  for (const { name, count, atMost } of kinds) {
    site.requests?.()
    const started = performance.now()
    const found = await count()
    const milliseconds = performance.now() - started
    const requests = site.requests?.()
    const asked = requests === undefined ? "" : `, ${requests} requests`
    say(`${site.name}: ${found} ${name} in ${milliseconds.toFixed(0)} ms${asked}`)
    const what = `${site.name}: list ${found.toLocaleString("en")} ${name}`
    rows.push({ id: "P11", what, unit: "ms", ours: { contender: "oci-store", runs: [milliseconds] } })
    if (requests !== undefined) {
      const counted = { contender: "oci-store", runs: [requests] }
      rows.push({ id: "P11", what, unit: "requests", ours: counted, ...(atMost && { limit: { atMost } }) })
    }
  }
  return rows
}
