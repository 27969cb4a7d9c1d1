/**
 * P10: a server over a folder, asked by 1, 8 and 64 clients at once for a large blob and for a small manifest; and what a request
 * costs it of the processor.
 * @module
 */
import { pushContent } from "../../support/registry-client.ts"
import { OCI_IMAGE_MANIFEST } from "../../../src/oci/media-types.ts"
import { randomFillSync } from "node:crypto"
import { image } from "../../support/oci-content.ts"
import type { Bench, Measurement, Row } from "../bench.ts"
import { processorOf } from "../measure.ts"
import { load } from "./client.ts"
import { DISTRIBUTION, OLAREG, OURS, type Server, type ServerKind } from "./servers.ts"

const CLIENTS = [1, 8, 64]
const MiB = 1024 * 1024
const BLOB = 64 * MiB
/** Milliseconds of each measurement. */
const LENGTH = 3000

interface Kind {
  readonly name: string
  readonly unit: string
  path(digest: string): string
  rate(load: { readonly requests: number; readonly bytes: number; readonly seconds: number }): number
}

const BLOBS: Kind = {
  name: "blob of 64 MiB",
  unit: "GB/s",
  path: (digest) => `/v2/app/blobs/${digest}`,
  rate: ({ bytes, seconds }) => bytes / 1e9 / seconds,
}
const MANIFESTS: Kind = {
  name: "manifest by tag",
  unit: "/s",
  path: () => "/v2/app/manifests/v1",
  rate: ({ requests, seconds }) => requests / seconds,
}
const KINDS = [BLOBS, MANIFESTS]

export const serve: Bench = {
  name: "serve",
  describe: "blobs and manifests from a running server, 1, 8 and 64 clients",
  quick: true,
  engine: false,
  async run({ runs, full, say }) {
    const content = image([randomFillSync(Buffer.alloc(BLOB))])
    const digest = [...content.blobs].reduce((a, b) => (a[1].length > b[1].length ? a : b))[0]
    const wanted: readonly ServerKind[] = full ? [OURS, DISTRIBUTION, OLAREG] : [OURS, DISTRIBUTION]
    const found = new Map<string, Measurement>()
    const keep = (key: string, contender: string, value: number): void => {
      found.set(key, { contender, runs: [...(found.get(key)?.runs ?? []), value] })
    }
    await using stack = new AsyncDisposableStack()
    const servers: (readonly [ServerKind, Server])[] = []
    const missing = new Map<ServerKind, string>()
    for (const kind of wanted) {
      const reason = await kind.missing?.()
      if (reason === undefined) {
        const server = stack.use(await kind.start())
        await pushContent(server.address, "app", "v1", content)
        servers.push([kind, server])
      } else {
        missing.set(kind, reason)
        say(`${kind.name}: missing: ${reason}`)
      }
    }
    for (let run = 0; run < runs; run++)
      for (const kind of KINDS)
        for (const clients of CLIENTS)
          for (const [{ name }, server] of run % 2 === 0 ? servers : servers.toReversed()) {
            const target = { address: server.address, path: kind.path(digest), accept: OCI_IMAGE_MANIFEST }
            const before = processorOf(server.pid)
            const done = await load({ ...target, clients, milliseconds: LENGTH })
            const processor = processorOf(server.pid) - before
            const each =
              kind === BLOBS ? (processor * 1000) / (done.bytes / 1e9) : (processor * 1e6) / done.requests
            keep(`${kind.name} ${clients} ${name}`, name, kind.rate(done))
            keep(`${kind.name} ${clients} ${name} cost`, name, each)
            say(
              `run ${run + 1}, ${kind.name}, ${clients} clients, ${name}: ${kind.rate(done).toFixed(2)} ${kind.unit}`,
            )
          }
    const of = (key: string, peer: ServerKind): Measurement => {
      const reason = missing.get(peer)
      const nothing = { contender: peer.name, runs: [], ...(reason !== undefined && { missing: reason }) }
      return found.get(`${key} ${peer.name}`) ?? nothing
    }
    const peers = wanted.filter((kind) => kind !== OURS)
    return peers.flatMap((peer) =>
      KINDS.flatMap((kind) =>
        CLIENTS.flatMap((clients): Row[] => {
          const key = `${kind.name} ${clients}`
          const what = `${kind.name}, ${clients} client${clients > 1 ? "s" : ""}`
          const cost = found.get(`${key} ${OURS.name} cost`)
          const theirs = found.get(`${key} ${peer.name} cost`)
          const speed: Row = {
            id: "P10",
            what,
            unit: kind.unit,
            ours: of(key, OURS),
            peer: of(key, peer),
            limit: { atLeast: 1 },
          }
          if (!cost || !theirs || clients !== 8) return [speed]
          const unit = kind === BLOBS ? "ms of processor per GB" : "µs of processor per request"
          return [speed, { id: "", what, unit, ours: cost, peer: theirs }]
        }),
      ),
    )
  },
}
