/**
 * A real S3 server for tests, versitygw over a temporary folder.
 * @see https://github.com/versity/versitygw
 * @module
 */
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { access, mkdir, mkdtemp, rm } from "node:fs/promises"
import { homedir, tmpdir } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import getPort from "get-port"

const FLAGS = ["--quiet", "--keep-alive", "posix"]

export const INSTALL = "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0"

export type S3Action = "s3:GetObject" | "s3:PutObject" | "s3:ListBucket"

/** What the manual says that a push needs. */
const PUSH: readonly S3Action[] = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]

export interface Credentials {
  readonly accessKey: string
  readonly secretKey: string
}

export interface Versitygw extends AsyncDisposable {
  readonly endpoint: string
  /** May do everything. */
  readonly root: Credentials
  createBucket(bucket: string): Promise<void>
  /** A user who may do in the bucket only what is named; left out, what push and pull need: get, put and list. */
  createRestrictedUser(bucket: string, actions?: readonly S3Action[]): Promise<Credentials>
  /** Where a bucket's objects are, as files. */
  bucketFolder(bucket: string): string
  /** Takes bucket and content away from under whoever uses it. */
  removeBucket(bucket: string): Promise<void>
  /** Lets everybody, unsigned, read the bucket. */
  makePublic(bucket: string): Promise<void>
  /** Keys of unfinished multipart uploads. */
  multipartUploads(bucket: string): Promise<string[]>
}

/** The program's path, or undefined where it is not installed. In CI that is an error. */
export async function findVersitygw(): Promise<string | undefined> {
  const folders = [path.join(homedir(), "go", "bin"), ...(process.env["PATH"] ?? "").split(path.delimiter)]
  for (const folder of folders) {
    const program = path.join(folder, "versitygw")
    const found = await access(program).then(
      () => true,
      () => false,
    )
    if (found) return program
  }
  if (process.env["CI"]) throw new Error(`versitygw is not installed: ${INSTALL}`)
  return undefined
}

export interface VersitygwOptions {
  /** Any that is free when left out. */
  readonly port?: number
  readonly region?: string
  /** Buckets are also served as hosts below this one. */
  readonly domain?: string
}

/** A proposed port may be taken by the time that it is used: then another is. */
export async function startVersitygw(program: string, options: VersitygwOptions = {}): Promise<Versitygw> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(program, options)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function start(
  program: string,
  { port: wanted, region = "us-east-1", domain }: VersitygwOptions,
): Promise<Versitygw> {
  const folder = await mkdtemp(path.join(tmpdir(), "oci-store-versitygw-"))
  const root = { accessKey: "root-access-key", secretKey: "root-secret-key" }
  const port = wanted ?? (await getPort({ host: "127.0.0.1" }))
  const endpoint = `http://127.0.0.1:${port}`
  await Promise.all(["data", "iam"].map((name) => mkdir(path.join(folder, name))))
  const gateway = spawn(
    program,
    [
      "--port",
      `127.0.0.1:${port}`,
      "--iam-dir",
      path.join(folder, "iam"),
      "--region",
      region,
      ...(domain ? ["--virtual-domain", domain] : []),
      ...FLAGS,
      path.join(folder, "data"),
    ],
    {
      stdio: "ignore",
      env: { ...process.env, ROOT_ACCESS_KEY: root.accessKey, ROOT_SECRET_KEY: root.secretKey },
    },
  )
  const exited = once(gateway, "exit")
  // A test run that ends early must not leave a server behind.
  const kill = () => gateway.kill("SIGKILL") // its data goes with it: nothing to finish
  process.once("exit", kill)
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: root.accessKey, secretAccessKey: root.secretKey },
  })

  const stop = async () => {
    client.destroy()
    process.off("exit", kill)
    kill()
    await exited
    await rm(folder, { recursive: true })
  }

  const setPolicy = async (bucket: string, Principal: string | string[], Action: readonly S3Action[]) => {
    const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]
    const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Action, Resource }] })
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }))
  }

  try {
    // Whoever answers there: it is ours if ours still runs.
    await Promise.race([
      answering(endpoint),
      exited.then(() => {
        throw new Error(`versitygw ended; was port ${port} taken?`)
      }),
    ])
  } catch (error) {
    await stop()
    throw error
  }

  return {
    endpoint,
    root,

    async createBucket(bucket) {
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    },

    bucketFolder: (bucket) => path.join(folder, "data", bucket),
    removeBucket: (bucket) => rm(path.join(folder, "data", bucket), { recursive: true }),

    async createRestrictedUser(bucket, actions = PUSH) {
      const user = { accessKey: `restricted-in-${bucket}`, secretKey: "restricted-secret" }
      const admin = ["--access", root.accessKey, "--secret", root.secretKey, "--endpoint-url", endpoint]
      const created = ["--access", user.accessKey, "--secret", user.secretKey, "--role", "user"]
      await run(program, ["admin", ...admin, "create-user", ...created])
      await setPolicy(bucket, [user.accessKey], actions)
      return user
    },

    makePublic: (bucket) => setPolicy(bucket, "*", ["s3:GetObject", "s3:ListBucket"]),

    async multipartUploads(bucket) {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads.map(({ Key }) => Key ?? "")
    },

    [Symbol.asyncDispose]: stop,
  }
}

async function answering(endpoint: string): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await (await fetch(endpoint)).body?.cancel()
      return
    } catch (error) {
      if (attempts === 100) throw error
      await sleep(50)
    }
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] })
  const [code] = await once(child, "exit")
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${String(code)}.`)
}
