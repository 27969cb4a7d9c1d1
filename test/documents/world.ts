/**
 * The clouds that the printed command lines mean, under their own names: a proxy such as companies have leads to servers of this
 * machine wherever a line leads to AWS, Google, Azure or a MinIO in the next room. The lines themselves are not touched.
 * @module
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { generateKeyPairSync } from "node:crypto"
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startAzurite } from "../support/azurite.ts"
import { startFakeGcs } from "../support/fake-gcs.ts"
import { startForwardProxy } from "../support/forward-proxy.ts"
import { createAuthority, startTlsFront } from "../support/private-authority.ts"
import { pathOf } from "../support/programs.ts"
import { startVersitygw } from "../support/versitygw.ts"

export const ROOT = fileURLToPath(new URL("../..", import.meta.url))

/** Ports that the lines name. */
export const PORTS = { minio: 9000, localstack: 4566, gcs: 4443, azurite: 10_000 } as const

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const

const DEVELOPMENT = {
  accountName: "devstoreaccount1",
  accountKey: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
}

export interface World extends AsyncDisposable {
  /** What a user of all these clouds has set. */
  readonly env: NodeJS.ProcessEnv
}

export async function createWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), "oci-store-documents-"))
  opened.defer(() => rm(folder, { recursive: true }))
  const authority = opened.use(await createAuthority())
  const fronts = new Map<RegExp, number>()

  /** Serves HTTPS under these names. */
  async function name(names: readonly string[], origin: string): Promise<void> {
    const front = opened.use(await startTlsFront(await authority.issue({ names }), () => origin))
    for (const each of names) fronts.set(patternOf(each), front.port)
  }

  const versitygw = await pathOf("versitygw")
  const keys = []
  for (const region of REGIONS) {
    const domain = `s3.${region}.amazonaws.com`
    const server = opened.use(await startVersitygw(versitygw, { region, domain }))
    await server.createBucket("my-bucket")
    await name([`*.${domain}`], server.endpoint)
    keys.push(server.root)
  }
  const minio = opened.use(await startVersitygw(versitygw, { port: PORTS.minio }))
  await minio.createBucket("my-bucket")
  await name(["minio.local"], minio.endpoint)
  const localstack = opened.use(await startVersitygw(versitygw, { port: PORTS.localstack }))
  await localstack.createBucket("test-bucket")

  const fakeGcs = await pathOf("fake-gcs-server")
  const google = opened.use(await startFakeGcs(fakeGcs))
  await google.createBucket("my-bucket")
  await name(["storage.googleapis.com"], google.endpoint)
  await name(["oauth2.googleapis.com"], opened.use(await startTokenServer()).origin)
  const emulator = opened.use(await startFakeGcs(fakeGcs, PORTS.gcs))
  await emulator.createBucket("test-gcs-bucket")

  const account = { accountName: "myaccount", accountKey: "mykey" }
  const azure = opened.use(await startAzurite({ account }))
  await azure.createContainer("my-container")
  await name(["myaccount.blob.core.windows.net"], azure.endpoint)
  const azurite = opened.use(await startAzurite({ port: PORTS.azurite, account: DEVELOPMENT }))
  await azurite.createContainer("test-container")

  const locate = (host: string) => [...fronts].find(([pattern]) => pattern.test(host))?.[1]
  const proxy = opened.use(await startForwardProxy({ locate }))
  for (const program of ["oci-store", "oci-s3"]) {
    await symlink(join(ROOT, "bin", `${program}.js`), join(folder, program))
  }
  const [root] = keys
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: authority.file,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: root?.accessKey,
    AWS_SECRET_ACCESS_KEY: root?.secretKey,
    GOOGLE_APPLICATION_CREDENTIALS: await writeServiceAccount(folder),
  }
  const all = opened.move()
  return { env, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** `*` stands for one label, as in certificates. */
function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(".", "\\.").replace("*", "[^.]+")}$`)
}

async function writeServiceAccount(folder: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const file = join(folder, "key.json")
  const key = {
    type: "service_account",
    project_id: "my-project",
    client_email: "ci@my-project.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: "https://oauth2.googleapis.com/token",
  }
  await writeFile(file, JSON.stringify(key))
  return file
}

/** Gives everybody a token: fake-gcs-server asks nobody for one. */
async function startTokenServer(): Promise<{ readonly origin: string } & AsyncDisposable> {
  const server = createServer((incoming, response) => {
    incoming.resume()
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ access_token: "token", token_type: "Bearer", expires_in: 3600 }))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
