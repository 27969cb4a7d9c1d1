/**
 * The stores that the end-to-end tests push to, as a user addresses them.
 * @module
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createAzureDriver } from "../../src/storage/azure/driver.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { createGcsDriver } from "../../src/storage/gcs/driver.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import { startAzurite } from "./azurite.ts"
import { startFakeGcs } from "./fake-gcs.ts"
import { pathOf } from "./programs.ts"
import { type Credentials, findVersitygw, INSTALL, type S3Action, startVersitygw } from "./versitygw.ts"

export interface TestStore extends AsyncDisposable {
  /** Everything before `push` and the reference. */
  readonly backend: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Variables by which the store's owner signs in, where `env` is somebody else's. */
  readonly owner?: NodeJS.ProcessEnv
  /** The reference of an image in it. */
  reference(path: string): string
  /** Looks at the store from outside. */
  readonly driver: StorageDriver
  /** Unfinished uploads, temporary files. */
  leftovers(): Promise<readonly string[]>
  /** Lets everybody read it, unsigned. */
  makePublic?(): Promise<void>
}

export async function folderStore(): Promise<TestStore> {
  const root = await mkdtemp(join(tmpdir(), "oci-store-e2e-"))
  return {
    backend: ["file"],
    env: {},
    reference: (path) => `${root}//${path}`,
    driver: createFileDriver({ root, createRoot: false }),
    leftovers: async () =>
      (await readdir(root, { recursive: true })).filter((name) => /\.tmp$|_uploads\/./.test(name)),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  }
}

const BUCKET = "images"
const REGION = "us-east-1"

export interface S3StoreOptions {
  /** Sign in as someone who may only do this in the bucket, rather than everything. */
  readonly allowed?: readonly S3Action[]
}

/** @throws Error that says how to install the server */
export async function s3Store({ allowed }: S3StoreOptions = {}): Promise<TestStore> {
  const program = await findVersitygw()
  if (program === undefined) throw new Error(`no S3 server to test with: ${INSTALL}`)
  const gateway = await startVersitygw(program)
  await gateway.createBucket(BUCKET)
  const user = allowed ? await gateway.createRestrictedUser(BUCKET, allowed) : gateway.root
  const driver = createS3Driver(
    { bucket: BUCKET, region: REGION, endpoint: gateway.endpoint, ...gateway.root },
    { budget: createMemoryBudget(64 * 1024 * 1024), concurrency: 4 },
  )
  return {
    backend: ["s3", "--endpoint", gateway.endpoint, "--region", REGION],
    env: environmentOf(user),
    owner: environmentOf(gateway.root),
    reference: (path) => `${BUCKET}/${path}`,
    driver,
    leftovers: () => gateway.multipartUploads(BUCKET),
    makePublic: () => gateway.makePublic(BUCKET),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}

function environmentOf({ accessKey, secretKey }: Credentials): NodeJS.ProcessEnv {
  return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: "" }
}

/** @throws Error that says how to install the server */
async function gcsStore(): Promise<TestStore> {
  const server = await startFakeGcs(await pathOf("fake-gcs-server"))
  await server.createBucket(BUCKET)
  const driver = createGcsDriver(
    { bucket: BUCKET, endpoint: server.endpoint },
    { budget: createMemoryBudget(64 * 1024 * 1024), concurrency: 4 },
  )
  return {
    backend: ["gcs"],
    env: { STORAGE_EMULATOR_HOST: server.endpoint },
    reference: (path) => `${BUCKET}/${path}`,
    driver,
    leftovers: async () => [], // sessions cannot be listed
    makePublic: async () => undefined, // it asks nobody who they are
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function azureStore(): Promise<TestStore> {
  const server = await startAzurite()
  const { accountName, accountKey } = server.account
  const container = await server.createContainer(BUCKET)
  const driver = await createAzureDriver(
    { container: BUCKET, endpoint: server.endpoint, accountName, accountKey },
    { budget: createMemoryBudget(64 * 1024 * 1024), concurrency: 4 },
  )
  return {
    backend: ["azure", "--account-name", accountName, "--endpoint", server.endpoint],
    env: { AZURE_STORAGE_KEY: accountKey },
    reference: (path) => `${BUCKET}/${path}`,
    driver,
    // Uncommitted blocks are the service's to drop, and may stay.
    leftovers: async () => [],
    async makePublic() {
      await container.setAccessPolicy("container")
    },
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const ALL_STORES = [
  { name: "file", open: folderStore },
  { name: "s3", open: s3Store },
  { name: "gcs", open: gcsStore },
  { name: "azure", open: azureStore },
  { name: "file as archives", open: () => asArchives(folderStore) },
  { name: "s3 as archives", open: () => asArchives(s3Store) },
] as const

/** The way of images to and from daemons that do not reach our loopback interface. */
async function asArchives(open: () => Promise<TestStore>): Promise<TestStore> {
  const store = await open()
  return { ...store, backend: [...store.backend, "--transport", "archive"] }
}

/** All of them, or those that E2E_STORES names, with commas between them. */
export const STORES = chosen(process.env["E2E_STORES"])

function chosen(names: string | undefined): readonly (typeof ALL_STORES)[number][] {
  if (!names) return ALL_STORES
  const wanted = names.split(",")
  const unknown = wanted.filter((name) => !ALL_STORES.some((store) => store.name === name))
  if (unknown.length > 0) throw new Error(`E2E_STORES names no store: ${unknown.join(", ")}`)
  return ALL_STORES.filter(({ name }) => wanted.includes(name))
}

/** Everything in a store. */
export async function keysOf({ driver }: TestStore): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of driver.list("")) keys.push(key)
  return keys
}

/** Every blob in a store, with the time of its writing: what a push must not send twice. */
export async function blobsOf({ driver }: TestStore): Promise<readonly string[]> {
  const blobs: string[] = []
  for await (const { key, modified } of driver.list("docker/registry/v2/blobs/")) {
    blobs.push(`${key} ${modified?.toISOString()}`)
  }
  return blobs
}
