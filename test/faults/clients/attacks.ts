/**
 * What a hostile daemon, or another program that has found the port, does to the registry of a transfer.
 * @module
 */
import { spawn } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { text } from "node:stream/consumers"
import { digestOf } from "../../../src/oci/digest.ts"
import { MiB } from "../../support/bytes.ts"
import { imageManifest } from "../../support/registry.ts"
import { call } from "../../support/registry-client.ts"
import { bytesOf } from "../chance.ts"
import { head, open, say, write } from "./wire.ts"

interface Target {
  readonly address: string
  /** Value of `Authorization`. */
  readonly authorization: string
  /** A repository that may be pushed to. */
  readonly name: string
  /** Decides every choice of the attack. */
  readonly about: string
  readonly full: boolean
}

export interface Attack {
  readonly name: string
  /** Gives what should not have happened. */
  act(target: Target): Promise<readonly string[]>
}

const unless = (isSo: boolean, otherwise: string): readonly string[] => (isSo ? [] : [otherwise])

async function begin({ address, authorization, name }: Target): Promise<string> {
  const url = `http://${address}/v2/${name}/blobs/uploads/`
  const { headers } = await call(url, { method: "POST", headers: { authorization } })
  return headers.get("location") ?? ""
}

const refused: readonly (readonly [name: string, request: (target: Target) => string])[] = [
  [
    "a length and chunks",
    ({ authorization, name }) =>
      `${head("POST", `/v2/${name}/blobs/uploads/`, { authorization, "content-length": "6", "transfer-encoding": "chunked" })}0\r\n\r\nG`,
  ],
  [
    "two lengths",
    ({ authorization, name }) =>
      `POST /v2/${name}/blobs/uploads/ HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\ncontent-length: 0\r\ncontent-length: 5\r\n\r\nhello`,
  ],
  ["an unknown transfer coding", () => head("POST", "/v2/", { "transfer-encoding": "chunked, identity" })],
  ["a space before a colon", () => "GET /v2/ HTTP/1.1\r\nhost: a\r\ncontent-length : 5\r\n\r\nhello"],
  [
    "a bad chunk size",
    () => `${head("POST", "/v2/", { "transfer-encoding": "chunked" })}zz\r\nhello\r\n0\r\n\r\n`,
  ],
  ["a folded header", () => "GET /v2/ HTTP/1.1\r\nhost: a\r\nx: y\r\n\tz: 1\r\n\r\n"],
  ["a null byte", () => "GET /v2/\0 HTTP/1.1\r\nhost: a\r\n\r\n"],
  ["huge headers", () => head("GET", "/v2/", { "x-large": "x".repeat(100_000) })],
  [
    "many headers",
    () => head("GET", "/v2/", Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x-${i}`, "y"]))),
  ],
  ["a huge path", () => head("GET", `/v2/${"a/".repeat(60_000)}tags/list`, {})],
  ["another protocol", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a TLS handshake", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["no host", () => "GET /v2/ HTTP/1.1\r\n\r\n"],
]

const malformed = refused.map(([name, request]): Attack => {
  return {
    name,
    async act(target) {
      const { statuses, text } = await say(target.address, Buffer.from(request(target), "latin1"))
      const isRefused = statuses.length <= 1 && statuses.every((status) => status >= 400 && status < 500)
      return unless(isRefused, `answered with ${statuses.join(", ")}: ${text.slice(0, 200)}`)
    },
  }
})

const uploads: readonly Attack[] = [
  {
    name: "hangs up in mid-chunk",
    async act(target) {
      const location = await begin(target)
      const { authorization, address, about } = target
      const headers = { authorization, "transfer-encoding": "chunked" }
      const socket = await open(address)
      socket.write(head("PATCH", location, headers))
      for (let sent = 0; sent < 12; sent += 1) {
        const chunk = bytesOf(MiB, `${about} ${sent}`)
        socket.write(`${chunk.length.toString(16)}\r\n`)
        socket.write(chunk)
        socket.write("\r\n")
      }
      socket.write("fffff\r\nhalf of a chunk")
      await sleep(300)
      socket.resetAndDestroy()
      return []
    },
  },
  {
    name: "hangs up in mid-body, with a digest",
    async act(target) {
      const { address, authorization, about } = target
      const bytes = bytesOf(12 * MiB, about)
      const location = `${await begin(target)}?digest=${digestOf(bytes)}`
      const socket = await open(address)
      socket.write(head("PUT", location, { authorization, "content-length": String(bytes.length) }))
      socket.write(bytes.subarray(0, 11 * MiB))
      await sleep(300)
      socket.destroy()
      return []
    },
  },
  {
    name: "sends less than it announced, and waits",
    async act(target) {
      const { address, authorization, about } = target
      const location = `${await begin(target)}?digest=${digestOf(bytesOf(10, about))}`
      const socket = await open(address)
      socket.write(head("PUT", location, { authorization, "content-length": "1000000" }))
      socket.write("and then nothing")
      return [] // left open: whoever closes the registry must not wait for it
    },
  },
  {
    name: "sends more than it announced",
    async act(target) {
      const { address, authorization } = target
      const bytes = Buffer.from("right")
      const location = `${await begin(target)}?digest=${digestOf(bytes)}`
      const request = head("PUT", location, { authorization, "content-length": "5" })
      const { statuses } = await say(address, request, bytes, "GARBAGE\r\n\r\n\x00\x01")
      const isRight = ["201,400", "400"].includes(statuses.join())
      return unless(isRight, `answered with ${statuses.join(", ")}`)
    },
  },
  {
    name: "names another digest",
    async act(target) {
      const { address, authorization } = target
      const found: string[] = []
      for (const algorithm of ["sha256", "sha512"] as const) {
        const digest = digestOf(Buffer.from("other"), algorithm)
        const url = `http://${address}${await begin(target)}?digest=${digest}`
        const { status } = await call(url, {
          method: "PUT",
          headers: { authorization },
          body: Buffer.from("bytes"),
        })
        found.push(...unless(status === 400, `answered with ${status}`))
        const blob = `http://${address}/v2/${target.name}/blobs/${digest}`
        const stored = await call(blob, { headers: { authorization } })
        found.push(...unless(stored.status === 404, `the blob is there: ${stored.status}`))
      }
      return found
    },
  },
  {
    name: "sends chunks without an end",
    async act(target) {
      const { address, authorization, full } = target
      const location = await begin(target)
      const socket = await open(address)
      socket.write(head("PATCH", location, { authorization, "transfer-encoding": "chunked" }))
      const chunk = Buffer.alloc(MiB)
      const before = process.memoryUsage().rss
      for (let sent = 0; sent < (full ? 2000 : 300); sent += 1) {
        await write(socket, `${chunk.length.toString(16)}\r\n`)
        await write(socket, chunk)
        await write(socket, "\r\n")
      }
      const grown = (process.memoryUsage().rss - before) / MiB
      socket.destroy()
      return unless(grown < 250, `memory grew by ${Math.round(grown)} MiB`)
    },
  },
  {
    name: "uploads 500 blobs at once, half of which it leaves",
    async act(target) {
      const { address, authorization, name, about } = target
      const one = async (index: number): Promise<number> => {
        const bytes = bytesOf(100_000, `${about} ${index}`)
        const url = `http://${address}${await begin(target)}`
        const patched = await call(url, { method: "PATCH", headers: { authorization }, body: bytes })
        if (index % 2 === 1) return patched.status
        const closed = await call(`${url}?digest=${digestOf(bytes)}`, {
          method: "PUT",
          headers: { authorization },
        })
        return closed.status
      }
      const statuses = await Promise.all(Array.from({ length: 500 }, (_, index) => one(index)))
      const wrong = statuses.filter((status, index) => status !== (index % 2 === 1 ? 202 : 201))
      return unless(wrong.length === 0, `${name}: ${wrong.length} of 500 were answered with ${wrong[0]}`)
    },
  },
  {
    name: "names blobs that it never sent",
    async act({ address, authorization, name, about }) {
      const manifest = imageManifest(bytesOf(10, `${about} config`), [bytesOf(10, `${about} layer`)])
      const url = `http://${address}/v2/${name}/manifests/v1`
      const headers = { authorization, "content-type": "application/vnd.oci.image.manifest.v1+json" }
      const { status, bytes } = await call(url, { method: "PUT", headers, body: manifest })
      return unless(status === 404 && bytes.includes("MANIFEST_BLOB_UNKNOWN"), `answered with ${status}`)
    },
  },
  {
    name: "manifests of 10,000 layers and of 4 MiB of brackets",
    async act({ address, authorization, name }) {
      const found: string[] = []
      const layers = Array.from({ length: 10_000 }, (_, index) => Buffer.from(String(index)))
      const type = "application/vnd.oci.image.manifest.v1+json"
      const deep = 4 * MiB - 100
      for (const body of [
        imageManifest(Buffer.from("{}"), layers),
        Buffer.from("[".repeat(deep)),
        Buffer.from(`${'{"a":'.repeat(deep / 6)}1${"}".repeat(deep / 6)}`),
        Buffer.from(
          `{"schemaVersion":2,"annotations":${"[".repeat(deep / 2 - 50)}${"]".repeat(deep / 2 - 50)}}`,
        ),
      ]) {
        const started = performance.now()
        const url = `http://${address}/v2/${name}/manifests/large`
        const { status } = await call(url, {
          method: "PUT",
          headers: { authorization, "content-type": type },
          body,
        })
        const took = performance.now() - started
        found.push(...unless(status === 400 || status === 404, `${body.length} bytes: ${status}`))
        found.push(...unless(took < 120_000, `${body.length} bytes took ${Math.round(took)} ms`))
      }
      return found
    },
  },
]

const others: readonly Attack[] = [
  {
    name: "another process without the credentials",
    async act({ address, name }) {
      const script = `
        const found = []
        for (const authorization of ["", "Basic", "Basic !!!", "Basic " + btoa("oci-store:"), "Basic " + btoa("oci-store:guess"), "Bearer x", "Basic " + "A".repeat(8000)])
          for (const [method, path] of [["GET", ""], ["GET", "${name}/tags/list"], ["GET", "${name}/manifests/v1"], ["PUT", "${name}/manifests/v1"], ["POST", "${name}/blobs/uploads/"], ["DELETE", "${name}/manifests/v1"]]) {
            const answer = await fetch("http://${address}/v2/" + path, { method, headers: authorization ? { authorization } : {}, ...(method === "PUT" && { body: "{}" }) })
            found.push(answer.status)
          }
        console.log([...new Set(found)].join())`
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      const said = (await text(child.stdout)).trim()
      return unless(said === "401", `answered with ${said}`)
    },
  },
  {
    name: "a hundred connections that say a letter at a time",
    async act({ address }) {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => open(address)))
      for (const letter of "GET /v2/ HT") {
        for (const socket of sockets) socket.write(letter)
        await sleep(20)
      }
      return [] // left open, see above
    },
  },
  {
    name: "a thousand connections that hang up",
    async act({ address }) {
      for (let round = 0; round < 20; round += 1) {
        const sockets = await Promise.all(Array.from({ length: 50 }, () => open(address)))
        for (const [index, socket] of sockets.entries()) {
          if (index % 3 === 0) socket.write("GET /v2/ HTTP/1.1\r\nhost: a\r\n\r\n")
          socket.resetAndDestroy()
        }
      }
      return []
    },
  },
  {
    name: "requests in a pipeline, and garbage behind them",
    async act({ address, authorization }) {
      const request = head("GET", "/v2/", { authorization })
      const { statuses } = await say(address, request.repeat(20), "\x00\xffGARBAGE")
      // Garbage ends the connection, whatever is still to be answered on it.
      const isRight = statuses.at(-1) === 400 && statuses.slice(0, -1).every((status) => status === 200)
      return unless(isRight, `answered with ${statuses.join(", ")}`)
    },
  },
]

export const ATTACKS: readonly Attack[] = [...malformed, ...uploads, ...others]
