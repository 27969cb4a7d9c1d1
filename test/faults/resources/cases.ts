/**
 * Large things with little: layers that are more than memory, connections that are more than file descriptors, many tags.
 * @module
 */
import { createHash } from "node:crypto"
import { statfs } from "node:fs/promises"
import { tmpdir } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import type { Digest } from "../../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { createRegistry } from "../../../src/registry/registry.ts"
import { MiB, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { resources } from "../../support/clouds/cloud.ts"
import { artifact, EMPTY_LAYER, image } from "../../support/oci-content.ts"
import { call, differences, pushContent, streamBlob, uploadBlob } from "../../support/registry-client.ts"
import { serveRegistry } from "../../support/served-registry.ts"
import type { SharedStore } from "../../support/shared-store.ts"
import { bytesOf } from "../chance.ts"
import { head, say } from "../clients/wire.ts"
import type { Verdict } from "../tally.ts"
import { startLimited } from "./limited-server.ts"

const NAME = "large/app" as RepositoryName
const GiB = 1024 * MiB

/**
 * MiB: what Node and the SDKs take before anything moves, a buffer of 1 MiB for each layer on its way to a temporary file, and what
 * was received and is not collected yet. Measured with 40 layers of 64 MiB, 2.5 GiB in all: 335.
 */
const OVERHEAD = 420

export interface ResourceCase {
  readonly name: string
  readonly onlyFull?: boolean
  run(store: SharedStore, about: string, full: boolean): Promise<Verdict>
}

const verdict = (lost: readonly string[], ...notes: readonly string[]): Verdict => {
  return { survived: 1, failed: 0, injected: 1, notes, lost }
}

export const RESOURCE_CASES: readonly ResourceCase[] = [
  {
    name: "40 layers at once with 32 MiB",
    async run(store, _about, full) {
      await using server = await startLimited(store.storage, { memory: 32 })
      const size = (full ? 64 : 12) * MiB
      const layers = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const digest = `sha256:${await sha256Of(patternedChunks(size + index))}` as Digest
          return { digest, size: size + index }
        }),
      )
      await Promise.all(
        layers.map(({ digest, size }) => streamBlob(server.address, NAME, digest, patternedChunks(size))),
      )
      const lost = await wrongOf(server.address, layers)
      const peak = Math.round(await server.peak())
      if (peak > 32 + OVERHEAD) lost.push(`it took ${peak} MiB`)
      return verdict(lost, `40 layers of ${size / MiB} MiB through ${peak} MiB of memory at most`)
    },
  },
  {
    name: "60 connections with 64 file descriptors",
    async run(store, about) {
      const lost: string[] = []
      const contents = Array.from({ length: 60 }, (_, index) => bytesOf(300_000, `${about} ${index}`))
      const digests = contents.map(
        (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest,
      )
      await using server = await startLimited(store.storage, { memory: 32, descriptors: 64 })
      const uploads = await Promise.all(
        contents.map((bytes, index) => {
          const headers = { connection: "close", "content-length": String(bytes.length) }
          const path = `/v2/${NAME}/blobs/uploads/?digest=${digests[index]}`
          // The client has hung up when this returns: connections that are kept are descriptors too.
          return say(server.address, head("POST", path, headers), bytes)
        }),
      )
      const failed = uploads.filter(({ statuses }) => statuses.join() !== "201").length
      // It recovers when clients hang up: what failed then succeeds now, one after the other.
      for (const [index, bytes] of contents.entries()) {
        const digest = digests[index] as Digest
        await eventually(() => uploadBlob(server.address, NAME, digest, bytes))
        const read = await call(`http://${server.address}/v2/${NAME}/blobs/${digest}`)
        if (!read.bytes.equals(bytes)) lost.push(`${digest}: ${read.status}`)
      }
      return verdict(lost, `${failed} of 60 uploads at once failed with 64 file descriptors`)
    },
  },
  {
    name: "layers of nothing",
    async run(store, about) {
      await using ours = await serveRegistry(store.driver, { scope: "repository", publish: "on-put" })
      const lost: string[] = []
      for (const [tag, content] of [
        ["nothing", artifact(Buffer.alloc(0))],
        ["empty", image([EMPTY_LAYER, bytesOf(10, about)])],
      ] as const) {
        await pushContent(ours.address, NAME, tag, content)
        lost.push(...(await differences(ours.address, NAME, tag, content)))
      }
      const nothing = [...artifact(Buffer.alloc(0)).blobs].find(([, bytes]) => bytes.length === 0)?.[0]
      if (nothing) await streamBlob(ours.address, `${NAME}/again`, nothing, patternedChunks(0))
      return verdict(lost)
    },
  },
  {
    name: "many tags",
    async run(store, about, full) {
      const count = full ? 10_000 : 1000
      const { budget } = resources()
      await using registry = createRegistry(store.driver, { scope: "store", publish: "on-put", budget })
      await using ours = await serveRegistry(store.driver, { scope: "repository", publish: "on-put" })
      const content = image([bytesOf(100, about)])
      await pushContent(ours.address, NAME, "t0", content)
      const tags = Array.from({ length: count }, (_, index) => `t${index}`)
      for (let at = 0; at < count; at += 50) {
        const batch = tags.slice(at, at + 50)
        await Promise.all(batch.map((tag) => registry.tags.publish(NAME, tag as Tag, content.root.digest)))
      }
      const seen: string[] = []
      const started = performance.now()
      for (let next: string | undefined = `/v2/${NAME}/tags/list?n=1000`; next !== undefined;) {
        const page = await call(`http://${ours.address}${next}`)
        seen.push(...(JSON.parse(page.bytes.toString()) as { tags: string[] }).tags)
        next = /^<([^>]*)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1]
      }
      const took = Math.round(performance.now() - started)
      const isRight = seen.join() === tags.toSorted((a, b) => (a < b ? -1 : 1)).join()
      const lost = isRight ? [] : [`${seen.length} of ${count} tags were listed, or in another order`]
      lost.push(...(await differences(ours.address, NAME, `t${count - 1}`, content)))
      return verdict(lost, `${count} tags listed in pages of 1000 in ${took} ms`)
    },
  },
  {
    name: "a layer of 5 GiB",
    onlyFull: true,
    async run(store) {
      const size = 5 * GiB
      const { bavail, bsize } = await statfs(tmpdir())
      if (bavail * bsize < 3 * size)
        return verdict([], `no room in ${tmpdir()} for a layer of 5 GiB: not run`)
      await using server = await startLimited(store.storage, { memory: 32 })
      const digest = `sha256:${await sha256Of(patternedChunks(size, MiB))}` as Digest
      await streamBlob(server.address, NAME, digest, patternedChunks(size, MiB))
      const lost = await wrongOf(server.address, [{ digest, size }])
      const peak = Math.round(await server.peak())
      if (peak > 32 + OVERHEAD) lost.push(`it took ${peak} MiB`)
      return verdict(lost, `a layer of 5 GiB through ${peak} MiB of memory at most`)
    },
  },
]

interface Sized {
  readonly digest: Digest
  readonly size: number
}

/** Milliseconds in which a server has what it needs again. */
const RECOVERY = 30_000

async function eventually(work: () => Promise<void>): Promise<void> {
  for (const end = performance.now() + RECOVERY; ;) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() > end) throw error
      await sleep(250)
    }
  }
}

/** Reads blobs back, one after the other and never whole. */
async function wrongOf(address: string, blobs: readonly Sized[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { digest, size } of blobs) {
    const { status, headers, body } = await fetch(`http://${address}/v2/${NAME}/blobs/${digest}`)
    const length = Number(headers.get("content-length"))
    const actual = body && `sha256:${await sha256Of(body)}`
    if (status !== 200 || length !== size || actual !== digest)
      wrong.push(`${digest}: ${status}, ${length}, ${actual}`)
  }
  return wrong
}
