/**
 * A real Blob Storage server for tests, Azurite in memory.
 *
 * What it does not show: blobs of one type are replaced by another, and copies need no authorization.
 * @see https://github.com/Azure/Azurite
 * @module
 */
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import getPort from "get-port"

const PROGRAM = fileURLToPath(new URL("../../node_modules/.bin/azurite-blob", import.meta.url))
const FLAGS = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"]

interface AzuriteAccount {
  readonly accountName: string
  readonly accountKey: string
}

export interface Azurite extends AsyncDisposable {
  /** Without the account. */
  readonly endpoint: string
  readonly account: AzuriteAccount
  /** @param isPublic everybody, unsigned, may read and list it */
  createContainer(name: string, isPublic?: boolean): Promise<ContainerClient>
  /** Writes a blob as registry 3.0 and 3.1 do. */
  append(container: string, blob: string, bytes: Uint8Array): Promise<void>
}

export interface AzuriteOptions {
  /** Any that is free when left out. */
  readonly port?: number
  /** One that nobody else knows when left out. */
  readonly account?: AzuriteAccount
}

/** A proposed port may be taken by the time that it is used: then another is. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(options)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function start({ port: wanted, account = ownAccount() }: AzuriteOptions): Promise<Azurite> {
  const folder = await mkdtemp(path.join(tmpdir(), "oci-store-azurite-"))
  const port = wanted ?? (await getPort({ host: "127.0.0.1" }))
  const endpoint = `http://127.0.0.1:${port}`
  const listening = ["--blobHost", "127.0.0.1", "--blobPort", String(port)]
  const server = spawn(process.execPath, [PROGRAM, ...FLAGS, ...listening], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, AZURITE_ACCOUNTS: `${account.accountName}:${account.accountKey}` },
  })
  const exited = once(server, "exit")
  // A test run that ends early must not leave a server behind.
  const kill = () => server.kill("SIGKILL") // its data goes with it: nothing to finish
  process.once("exit", kill)

  const stop = async () => {
    process.off("exit", kill)
    kill()
    await exited
    await rm(folder, { recursive: true })
  }

  try {
    // Whoever answers there: it is ours if ours still runs.
    await Promise.race([
      answering(endpoint),
      exited.then(() => {
        throw new Error(`Azurite ended; was port ${port} taken?`)
      }),
    ])
  } catch (error) {
    await stop()
    throw error
  }

  const credential = new StorageSharedKeyCredential(account.accountName, account.accountKey)
  const service = new BlobServiceClient(`${endpoint}/${account.accountName}`, credential)
  return {
    endpoint,
    account,

    async createContainer(name, isPublic = false) {
      const container = service.getContainerClient(name)
      await container.create(isPublic ? { access: "container" } : {})
      return container
    },

    async append(container, blob, bytes) {
      const client = service.getContainerClient(container).getAppendBlobClient(blob)
      await client.create()
      await client.appendBlock(bytes, bytes.byteLength)
    },

    [Symbol.asyncDispose]: stop,
  }
}

function ownAccount(): AzuriteAccount {
  return { accountName: "testaccount", accountKey: randomBytes(32).toString("base64") }
}

async function answering(endpoint: string): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await (await fetch(endpoint)).body?.cancel()
      return
    } catch (error) {
      if (attempts === 200) throw error
      await sleep(50)
    }
  }
}
