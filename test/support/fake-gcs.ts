/**
 * A server that speaks Google Cloud Storage's protocol, for tests: fake-gcs-server, in memory. It takes several times an object's
 * size of memory and knows no users: see `src/storage/gcs/driver.ts` for what it cannot show.
 * @see https://github.com/fsouza/fake-gcs-server
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import getPort from "get-port"
import { pathOf } from "./programs.ts"

export interface FakeGcs extends AsyncDisposable {
  readonly endpoint: string
  createBucket(bucket: string): Promise<void>
}

/** The program's path; in its absence how to get it. In CI that is an error. */
export async function findFakeGcs(): Promise<{ readonly program: string } | { readonly missing: string }> {
  try {
    return { program: await pathOf("fake-gcs-server") }
  } catch (error) {
    if (process.env["CI"] || !(error instanceof Error)) throw error
    return { missing: error.message }
  }
}

/**
 * A proposed port may be taken by the time that it is used: then another is.
 * @param wanted the port, where it has to be a certain one
 */
export async function startFakeGcs(program: string, wanted?: number): Promise<FakeGcs> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(program, wanted)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function start(program: string, wanted?: number): Promise<FakeGcs> {
  const port = String(wanted ?? (await getPort({ host: "127.0.0.1" })))
  const host = `127.0.0.1:${port}`
  const endpoint = `http://${host}`
  const flags = ["-scheme", "http", "-host", "127.0.0.1", "-port", port, "-backend", "memory"]
  const server = spawn(program, [...flags, "-public-host", host, "-external-url", endpoint], {
    stdio: "ignore",
  })
  const exited = once(server, "exit")
  const kill = () => server.kill("SIGKILL") // its data goes with it: nothing to finish
  // A test run that ends early must not leave a server behind.
  process.once("exit", kill)

  const stop = async () => {
    process.off("exit", kill)
    kill()
    await exited
  }

  try {
    // Whoever answers there: it is ours if ours still runs.
    await Promise.race([
      answering(`${endpoint}/_internal/healthcheck`),
      exited.then(() => {
        throw new Error(`fake-gcs-server ended; was port ${port} taken?`)
      }),
    ])
  } catch (error) {
    await stop()
    throw error
  }

  return {
    endpoint,

    async createBucket(bucket) {
      const created = await fetch(`${endpoint}/storage/v1/b?project=test`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: bucket }),
      })
      if (!created.ok) throw new Error(`The bucket ${bucket} was not created: ${await created.text()}`)
    },

    [Symbol.asyncDispose]: stop,
  }
}

async function answering(url: string): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await (await fetch(url)).body?.cancel()
      return
    } catch (error) {
      if (attempts === 100) throw error
      await sleep(50)
    }
  }
}
