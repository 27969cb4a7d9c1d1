/**
 * SIGKILL to a process that pushes, at every request to its store in turn.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { prune } from "../../../src/upkeep/prune.ts"
import type { Cloud, CloudServer } from "../../support/clouds/cloud.ts"
import { type FaultPlan, startFaultProxy } from "../../support/fault-proxy.ts"
import { type Content, image } from "../../support/oci-content.ts"
import { programsMissing } from "../../support/programs.ts"
import { differences, manifestStatus } from "../../support/registry-client.ts"
import { serveRegistry } from "../../support/served-registry.ts"
import { openSharedBucket } from "../../support/shared-cloud.ts"
import { openSharedFolder, type SharedStore } from "../../support/shared-store.ts"
import {
  collectGarbage,
  STOCK_PROGRAMS,
  type StockStorage,
  type StockVersion,
} from "../../support/stock-registry.ts"
import { isAhead, slowLine } from "../bucket/slow-line.ts"
import { NAME, push, type Shape, SHAPES, TAG } from "../bucket/transfers.ts"
import { type Campaign, type Case, runCases, within } from "../campaign.ts"
import { bytesOf, sample } from "../chance.ts"
import type { Verdict } from "../tally.ts"
import { contentOf, type Job } from "./job.ts"

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url))

/** Kills of each store and shape in the short run. */
const SHORT = 3

/** A store, and where a process finds it that is killed at its n-th request or call. */
interface Killable {
  readonly kind: string
  readonly shapes: readonly Shape[]
  open(): Promise<SharedStore>
  /** Starts the job, which is killed at `nth`; 0: it runs to its end. Resolves with the number of requests or calls. */
  run(store: SharedStore, job: Omit<Job, "storage">, nth: number): Promise<number>
}

export function killedPushes(clouds: readonly Cloud[]): Campaign {
  return {
    name: "killed pushes",
    async missing() {
      const missing = await Promise.all(clouds.map((cloud) => cloud.missing()))
      return (
        (await programsMissing(Object.values(STOCK_PROGRAMS))) ?? missing.find((each) => each !== undefined)
      )
    },
    async run(settings) {
      await using opened = new AsyncDisposableStack()
      const servers = await Promise.all(
        clouds.map(async (cloud) => ({ cloud, server: opened.use(await cloud.start()) })),
      )
      const killables = [folder, ...servers.map(({ cloud, server }) => overServer(cloud, server))]
      const cases: Case[] = []
      for (const killable of killables) {
        for (const shape of killable.shapes) {
          const about = `${settings.seed} ${killable.kind} ${shape}`
          const total = await countRequests(killable, shape, about)
          const all = Array.from({ length: total }, (_, index) => index + 1)
          const chosen = settings.full ? all : sample(all, SHORT, about)
          for (const nth of chosen) {
            const title = `${killable.kind} ${shape}: killed at request ${nth} of ${total}`
            cases.push({ title, run: () => killed(killable, shape, nth, `${about} ${nth}`) })
          }
        }
      }
      return await runCases("killed pushes", cases, settings, { width: 3, limit: 180_000 })
    },
  }
}

const folder: Killable = {
  kind: "folder",
  // What would go ahead is in its place already: a folder renames.
  shapes: SHAPES,
  open: () => openSharedFolder(),
  async run({ storage }, job, nth) {
    const { output } = await finished(start({ ...job, storage, killBefore: nth }))
    return Number(output)
  },
}

function overServer({ name: kind }: Cloud, server: CloudServer): Killable {
  return {
    kind,
    shapes: [...SHAPES, "slow"],
    open: () => openSharedBucket(server),
    async run({ storage }, job, nth) {
      await using proxy = await startFaultProxy(server.endpoint)
      const child = start({ ...job, storage: at(storage, proxy.url) })
      let seen = 0
      const plan: FaultPlan = () => {
        seen += 1
        if (seen === nth) child.kill("SIGKILL")
        // What comes after it, from sockets that are still open, does not arrive.
        return nth > 0 && seen >= nth ? { reset: "before forwarding" } : undefined
      }
      proxy.plan(job.shape === "slow" ? slowLine(kind, plan) : plan)
      await finished(child)
      if (job.shape === "slow" && nth === 0 && !proxy.seen.some(isAhead))
        throw new Error("nothing went ahead")
      return seen
    },
  }
}

/** The same store behind another address. */
function at({ driver, environment = {} }: StockStorage, url: string): StockStorage {
  if ("s3" in driver) return { driver: { s3: { ...driver.s3, regionendpoint: url } } }
  if ("azure" in driver) {
    const { serviceurl } = driver.azure
    if (typeof serviceurl !== "string") throw new TypeError("there is no address")
    return { driver: { azure: { ...driver.azure, serviceurl: url + new URL(serviceurl).pathname } } }
  }
  return { driver, environment: { ...environment, STORAGE_EMULATOR_HOST: new URL(url).host } }
}

function start(job: Job): ChildProcess {
  return spawn(process.execPath, [CHILD, JSON.stringify(job)], { stdio: ["ignore", "pipe", "pipe"] })
}

interface Finished {
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

/** @throws Error if it failed in another way than by being killed */
async function finished(child: ChildProcess): Promise<Finished> {
  if (!child.stdout || !child.stderr) throw new TypeError("the output is not piped")
  const [output, said, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`the push ended with ${code}: ${said}`)
  return { signal, output }
}

async function countRequests(killable: Killable, shape: Shape, about: string): Promise<number> {
  await using store = await killable.open()
  await prepared(store.driver, about)
  return await killable.run(store, { shape, about }, 0)
}

/** What the tag names before. */
async function prepared(driver: StorageDriver, about: string): Promise<Content> {
  const before = image([bytesOf(3000, `${about} before`)])
  const failure = await push(driver, "ephemeral", "containerd", before)
  if (failure) throw new Error(`the first push failed: ${failure.sentence}`)
  return before
}

async function killed(killable: Killable, shape: Shape, nth: number, about: string): Promise<Verdict> {
  await using store = await killable.open()
  const before = await prepared(store.driver, about)
  const after = contentOf(about, shape)
  await within(90_000, killable.run(store, { shape, about }, nth), () => "the process that is killed")

  const lost: string[] = []
  const named = await within(60_000, namedBy(store.driver, before, after), () => "the tag")
  if (named) lost.push(...(await missingFrom(store.driver, named)).map((what) => `after the kill: ${what}`))
  else lost.push("the tag is gone")
  for (const version of ["2.8", "3.1"] as const) {
    lost.push(...(await collected(version, await store.contents(), named ?? before)))
  }
  const notes = (await store.unfinishedUploads()).length > 0 ? ["left an upload for prune"] : []
  const again = await push(store.driver, "ephemeral", shape, after)
  if (again) lost.push(`a second push failed: ${again.sentence}`)
  lost.push(...(await missingFrom(store.driver, after)).map((what) => `after a second push: ${what}`))
  lost.push(...(await leftByPrune(store)).map((what) => `after prune: ${what}`))
  await store.clear()
  return { survived: 1, failed: 0, injected: 1, notes, lost }
}

/** Of the two, what the tag names now. */
async function namedBy(driver: StorageDriver, ...contents: readonly Content[]): Promise<Content | undefined> {
  await using ours = await serveRegistry(driver, { scope: "repository", publish: "on-put" })
  const digest = await ours.registry.tags.resolve(NAME, TAG)
  return contents.find(({ root }) => root.digest === digest)
}

async function missingFrom(driver: StorageDriver, content: Content): Promise<readonly string[]> {
  await using ours = await serveRegistry(driver, { scope: "repository", publish: "on-put" })
  return await differences(ours.address, NAME, TAG, content)
}

/** Of uploads that nobody goes on with, once all of them are taken for stale. */
async function leftByPrune({ driver, contents, unfinishedUploads }: SharedStore): Promise<readonly string[]> {
  const { denied } = await prune({ driver, olderThan: new Date(Date.now() + 3_600_000), remove: true })
  const sessions = [...(await contents()).keys()].filter((key) => key.includes("/_uploads/"))
  return [...sessions, ...(await unfinishedUploads()), ...(denied ? [denied.message] : [])]
}

/** What a stock registry's collector does to a copy of the store. */
async function collected(
  version: StockVersion,
  contents: ReadonlyMap<string, Buffer>,
  named: Content,
): Promise<readonly string[]> {
  await using copy = await openSharedFolder()
  for (const [key, bytes] of contents) await copy.put(key, bytes)
  const { code, said } = await collectGarbage(version, copy.storage, { untagged: false })
  if (code !== 0) return [`the collector of ${version} ended with ${code}: ${said.slice(-500)}`]
  const lost = await missingFrom(copy.driver, named)
  await using ours = await serveRegistry(copy.driver, { scope: "repository", publish: "on-put" })
  const status = await manifestStatus(ours.address, NAME, TAG)
  return [
    ...lost.map((what) => `after ${version} collected: ${what}`),
    ...(status === 200 ? [] : [`the tag: ${status}`]),
  ]
}
