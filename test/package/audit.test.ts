/**
 * .ci/audit tells three answers apart: nothing is known, something is, and nobody could be asked. npm itself ends alike in the
 * last two.
 */
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterEach, beforeEach, expect, it } from "vitest"
import { MANIFEST, path, ROOT } from "./npm.ts"

/** Answers the question for known vulnerabilities with this; 405 is what a registry says that is only a cache of packages. */
type Answer = Readonly<Record<string, readonly object[]>> | 405

let cache: string
let server: Server | undefined

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "oci-store-audit-"))
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(cache, { recursive: true })
})

/** Serves the answer, and of every package that it has just the version of package.json. Returns the packages it was asked about. */
async function registry(answer: Answer): Promise<{ url: string; asked: Set<string> }> {
  const asked = new Set<string>()
  const advisories = async (request: AsyncIterable<Uint8Array>): Promise<string> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const text = body[0] === 0x1f ? gunzipSync(body) : body
    for (const name of Object.keys(JSON.parse(text.toString()) as object)) asked.add(name)
    return JSON.stringify(answer)
  }
  const versions = (name: string) => {
    const version = MANIFEST.dependencies[name] ?? "1.0.0"
    return JSON.stringify({ name, versions: { [version]: { name, version } } })
  }
  server = createServer((request, response) => {
    if (request.method !== "POST") response.end(versions(decodeURIComponent(request.url?.slice(1) ?? "")))
    else if (answer === 405) response.writeHead(405).end()
    else void advisories(request).then((text) => response.end(text))
  })
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, asked }
}

function audit(url: string): Promise<{ code: number; said: string }> {
  const env = { ...process.env, PATH: path(), npm_config_registry: url, npm_config_cache: cache }
  return new Promise((resolve) => {
    const child = execFile(join(ROOT, ".ci", "audit"), { env }, (_error, stdout) =>
      resolve({ code: child.exitCode ?? -1, said: stdout }),
    )
  })
}

const advisory = (severity: string) => ({
  id: 1,
  url: "https://advisories.test/1",
  title: "what is wrong with it",
  severity,
  vulnerable_versions: "<999.0.0",
})

it("ends with 0 where nothing is known, having asked about what users get", async () => {
  const { url, asked } = await registry({})
  expect(await audit(url)).toMatchObject({ code: 0, said: expect.stringMatching(/^0 vulnerable packages/) })
  expect([...asked]).toEqual(expect.arrayContaining(Object.keys(MANIFEST.dependencies)))
  expect([...asked]).not.toContain("vitest")
})

it("ends with 1, and names it, where something high is known", async () => {
  const { url } = await registry({ hono: [advisory("high")] })
  const { code, said } = await audit(url)
  expect(code).toBe(1)
  expect(said).toMatch(/^high: hono .+: https:\/\/advisories\.test\/1$/m)
})

it("ends with 0, and counts it, where something moderate is known", async () => {
  const { url } = await registry({ hono: [advisory("moderate")] })
  expect(await audit(url)).toMatchObject({ code: 0, said: expect.stringMatching(/^0 .*; [1-9]\d* below/) })
})

it.each([["a registry that does not answer that", 405] as const, ["no registry", undefined] as const])(
  "ends with 2, loudly, at %s",
  async (_title, answer) => {
    const { url } = answer ? await registry(answer) : { url: "http://127.0.0.1:9/" }
    const { code, said } = await audit(url)
    expect(code).toBe(2)
    expect(said).toMatch(/^NOT AUDITED: /)
    expect(said).not.toContain("http")
  },
)
