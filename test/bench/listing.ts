/**
 * Listings of a large folder store: pages of one repository's tags, and a walk over the names of many repositories. Memory is
 * the process's peak, tree and all.
 *
 *     node test/bench/listing.ts                50,000 tags and 50,000 repositories, five runs
 *     node test/bench/listing.ts 10000 3        10,000 and three runs
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import type { ListOptions, StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { median } from "./bench.ts"

const count = Number(process.argv[2] ?? 50_000)
const runs = Number(process.argv[3] ?? 5)
const REPOSITORIES = "docker/registry/v2/repositories/"
const TAGS = `${REPOSITORIES}busy/app/_manifests/tags/`
const HEX = "ab".repeat(32)
const PAGE = 100
const PER_TEAM = 100

const root = await mkdtemp(path.join(tmpdir(), "oci-store-bench-"))
try {
  const driver = createFileDriver({ root, createRoot: false })
  console.log(`Making ${count} tags and ${count} repositories in ${root}.`)
  for (let tag = 0; tag < count; tag += 1) makeTag(`${TAGS}v${tag}`)
  for (let app = 0; app < count; app += 1) {
    const repository = `${REPOSITORIES}team${Math.floor(app / PER_TEAM)}/app${app % PER_TEAM}`
    makeTag(`${repository}/_manifests/tags/latest`)
  }
  const delimiter = "/"
  const startAfter = `${TAGS}v5/`
  await report(`first ${PAGE} tags`, () => take(PAGE, driver, TAGS, { delimiter }))
  await report(`${PAGE} tags from the middle`, () => take(PAGE, driver, TAGS, { delimiter, startAfter }))
  await report("all tags", () => take(count, driver, TAGS, { delimiter }))
  await report(`first ${PAGE} repositories`, () => catalog(PAGE, driver))
  await report("all repositories", () => catalog(Infinity, driver))
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`)
} finally {
  await rm(root, { recursive: true })
}

function makeTag(tag: string): void {
  const index = path.join(root, tag, "index", "sha256", HEX)
  mkdirSync(index, { recursive: true })
  mkdirSync(path.join(root, tag, "current"))
  for (const directory of [index, path.join(root, tag, "current")])
    writeFileSync(path.join(directory, "link"), `sha256:${HEX}`)
}

async function take(
  limit: number,
  driver: StorageDriver,
  prefix: string,
  options: ListOptions,
): Promise<number> {
  let taken = 0
  for await (const { key } of driver.list(prefix, options)) {
    if (key.endsWith("/")) taken += 1
    if (taken === limit) break
  }
  return taken
}

/** Names that have a component beginning with `_` below them; nothing below such a component is looked at. */
async function catalog(limit: number, driver: StorageDriver): Promise<number> {
  let found = 0
  const walk = async (folder: string): Promise<void> => {
    for await (const { key } of driver.list(folder, { delimiter: "/" })) {
      if (key.slice(folder.length).startsWith("_")) found += 1
      else await walk(key)
      if (found >= limit) return
    }
  }
  await walk(REPOSITORIES)
  return found
}

async function report(what: string, run: () => Promise<number>): Promise<void> {
  const milliseconds: number[] = []
  let found = 0
  for (let each = 0; each < runs; each += 1) {
    const started = performance.now()
    found = await run()
    milliseconds.push(performance.now() - started)
  }
  const shown = [median(milliseconds), Math.min(...milliseconds), Math.max(...milliseconds)]
  const [middle, low, high] = shown.map((value) => value.toFixed(1))
  console.log(`${what}: ${found} found, median (min-max) ${middle} (${low}-${high}) ms`)
}
