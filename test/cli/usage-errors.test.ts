import { createServer, type Server } from "node:http"
import { mkdtemp, rm } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Io } from "../../src/cli/io.ts"
import { run } from "./run.ts"

const HEX = "0".repeat(64)

/** Each of them is wrong, and found to be before a daemon or a store is asked for anything. */
const COMMAND_LINES = [
  "nope",
  "pussh my-bucket/app:1",
  "s4 push my-bucket/app:1",
  "azure pull my-container/app:1",
  "azure push --account-name acme --credential-type shared_key my-container/app:1",
  "azure push --account-name acme --credential-type key my-container/app:1",
  "azure push --account-name acme --region eu-west-1 my-container/app:1",
  "azure push my-container",
  "push --region eu-west-1 azblob://my-container/app:1",
  "serve my-bucket",
  "serve s3://my-bucket/app",
  "serve s3://my-bucket gs://my-bucket",
  "serve ftp://my-bucket",
  "serve --config /nowhere/config.yaml",
  "serve --listen 5000",
  "serve --listen localhost:http",
  "serve --listen :5000",
  "serve --shutdown-grace soon",
  "serve --log-level loud",
  "serve --metrics users",
  "serve --anonymous-read",
  "serve --tls-key key.pem",
  "serve --check --tls-key /nowhere/key.pem --tls-certificate /nowhere/certificate.pem",
  "serve --region eu-west-1",
  "serve --push",
  "hash-password hush",
  "hash-password",
  "s3 psuh my-bucket/app:1",
  "s3 serve",
  "s3 serve MyBucket!",
  "s3 serve gs://my-bucket",
  "file serve --dir ./images ./images",
  "file serve --region eu-west-1 ./images",
  "my-bucket/app:1",
  "s3 my-bucket/app:1",
  "--nope",
  "--nope s3 push my-bucket/app:1",
  "s3 push --regoin eu-west-1 my-bucket/app:1",
  "s3 push --nope=3 my-bucket/app:1",
  "s3 push -x my-bucket/app:1",
  "s3 push -- -x",
  "s3 push --dir ./images app:1",
  "file push --region eu-west-1 ./images/app:1",
  "push --region eu-west-1 file:///srv/images/app:1",
  "s3 pull --force my-bucket/app:1",
  "s3 push",
  "s3 pull --image app:1",
  "gcs pull --project-id my-bucket/myapp:v1.0",
  "gcs pull --region eu-west-1 my-bucket/app:1",
  "s3 push --option encrypt my-bucket/app:1",
  "s3 push --option hush my-bucket/app:1",
  "s3 push --option =true my-bucket/app:1",
  "s3 push --option region= my-bucket/app:1",
  "s3 push --force --immutable-tags my-bucket/app:1",
  "s3 pull --immutable-tags my-bucket/app:1",
  "s3 verify",
  "file verify",
  "verify ./images",
  "s3 verify my-bucket other-bucket",
  "s3 verify My_Bucket/App",
  "s3 verify gs://my-bucket",
  "file verify ./images//App:v1",
  "file verify --dir ./images s3://my-bucket",
  "s3 verify --quick --state seen my-bucket",
  "file verify --state no-such-folder/seen /images",
  "s3 verify --platform linux/amd64 my-bucket",
  "s3 verify --quiet --verbose my-bucket",
  "s3 prune",
  "s3 prune my-bucket/app",
  "s3 prune my-bucket/app:v1",
  "s3 prune --older-than 1s my-bucket",
  "s3 prune --older-than yesterday my-bucket",
  "s3 push --option bucket=other my-bucket/app:1",
  "s3 push --option regoin=eu-west-1 my-bucket/app:1",
  "s3 push --option chunk-size=16MiB my-bucket/app:1",
  "s3 push --option accountname=acme my-bucket/app:1",
  "s3 push --option encrypt=perhaps my-bucket/app:1",
  "s3 push --option storageclass=CHEAP my-bucket/app:1",
  "s3 push --option chunksize=1MiB my-bucket/app:1",
  "s3 push --option chunksize=128MiB my-bucket/app:1",
  "s3 push --chunk-size 6GiB my-bucket/app:1",
  "s3 push --chunk-size many my-bucket/app:1",
  "s3 push --storage-class CHEAP my-bucket/app:1",
  "s3 push --option v4auth=false my-bucket/app:1",
  "s3 push --option secure=false my-bucket/app:1",
  "s3 push --no-encrypt --kms-key-id alias/images my-bucket/app:1",
  "s3 push --accelerate --endpoint localhost:9000 my-bucket/app:1",
  "file push --compression-level 10 ./images/app:1",
  "file push --compression zstd --compression-level 20 ./images/app:1",
  "s3 push --accelerate my.bucket/app:1",
  "s3 push --accelerate --path-style my-bucket/app:1",
  "s3 push --accelerate --option usefipsendpoint=true my-bucket/app:1",
  "s3 pull --cloudfront-base-url cdn.example.com my-bucket/app:1",
  "s3 pull --cloudfront-base-url cdn.example.com --cloudfront-key-pair-id K2 --cloudfront-private-key ./none.pem my-bucket/app:1",
  "s3 pull --cloudfront-base-url cdn.example.com --cloudfront-key-pair-id K2 --cloudfront-private-key package.json my-bucket/app:1",
  "s3 pull --cloudfront-base-url cdn.example.com?x --cloudfront-key-pair-id K2 --cloudfront-private-key package.json my-bucket/app:1",
  "gcs push --chunk-size 300KiB my-bucket/app:1",
  "gcs push --option chunksize=1000000 my-bucket/app:1",
  "gcs push --option maxconcurrency=0 my-bucket/app:1",
  "gcs push --option credentials=x my-bucket/app:1",
  "gcs push --keyfile a.json --option credentials={} my-bucket/app:1",
  "azure push --option credentials=x my-container/app:1",
  "azure push --option container=x my-container/app:1",
  "azure push --option retry_delay=100 my-container/app:1",
  "azure push --option max_retries=-1 my-container/app:1",
  "azure push -a acme --option realm=nowhere my-container/app:1",
  "azure push -a acme -e acme.example.com --option realm=core.chinacloudapi.cn my-container/app:1",
  "push --option encrypt=true azblob://my-container/app:1",
  "push --option rootdirectory=/x file:///srv/images/app:1",
  "push --chunk-size 1MiB my-bucket/app:1",
  "file push --option rootdirectory=/x ./images/app:1",
  "s3 push --option my-bucket/app:1",
  "s3 push --memory 96MiB --memory much my-bucket/app:1",
  "file push",
  "file push --dir ./images",
  "push",
  "s3 push my-bucket",
  "s3 push my-bucket/",
  "s3 push my-bucket/:1",
  "s3 push :1",
  "s3 push s3:///app:1",
  "s3 push MyBucket/App:1",
  "s3 push my-bucket/app:",
  "s3 push ./images/app:1",
  "s3 push /srv/images/app:1",
  "gcs push /srv/images/app:1",
  "azure push /srv/images/app:1",
  "s3 push my-bucket//srv/app:1",
  "s3 push my-bucket/../app:1",
  "gcs pull gs://my-bucket/team/../app:1",
  "file push ./images//../app:1",
  "gcs push my-bucket/Team/app:1",
  "azure pull azblob://my-container/App:1",
  `s3 push my-bucket/${"a".repeat(256)}:1`,
  `s3 push my-bucket/app:${"1".repeat(129)}`,
  "s3 push my-bucket/app@sha256:12",
  `s3 push my-bucket/app@sha256:${HEX}`,
  "s3 push localhost:5000/app:1",
  "s3 push file:///srv/images/app:1",
  "push ftp://my-bucket/app:1",
  "push gs:/my-bucket/app:1",
  "s3 push gcs://my-bucket/app:1",
  "file push app:1",
  "file push --dir ./images Team/App:1",
  "push my-bucket/app:1 other/app:1",
  "file push ./a/app:1 ./b/app:1",
  "pull my-bucket/app:1 my-bucket/app:2",
  "s3 push my-bucket/app:1 --image",
  "s3 push my-bucket/app:1 --region=",
  "s3 push my-bucket/app:1 --no-region",
  "s3 push my-bucket/app:1 --quiet=maybe",
  "s3 push my-bucket/app:1 --quiet --verbose",
  "s3 push my-bucket/app:1 --platform amd64",
  "s3 push my-bucket/app:1 --platform linux/arm/v7/x",
  "s3 push my-bucket/app:1 --memory lots",
  "s3 push my-bucket/app:1 --memory 1MiB",
  "s3 push my-bucket/app:1 --concurrency 0",
  "s3 push my-bucket/app:1 --concurrency 1.5",
  "s3 push my-bucket/app:1 --concurrency -1",
  "s3 push my-bucket/app:1 --transport pigeon",
  "s3 push my-bucket/app:1 --tmp-dir /nowhere/tmp",
  "s3 push my-bucket/app:1 --digest-file /nowhere/digest",
  "s3 push my-bucket/app:1 --image App:1",
  "s3 push my-bucket/app:1 --image app:",
  "s3 push my-bucket/app:1 --image /app:1",
  "s3 push my-bucket/app:1 --image ../app:1",
  "s3 push my-bucket/app:1 --image http://localhost:5000/app:1",
  "s3 push my-bucket/app:1 --image app@sha256:12",
  "s3 push my-bucket/app:1 --image oci:",
  "s3 push my-bucket/app:1 --image oci:-",
  "s3 push my-bucket/app:1 --image oci:./layout:",
  "s3 push my-bucket/app:1 --image oci:./layout@sha256:12",
  "s3 push my-bucket/app:1 --image oci-archive::v1",
  "s3 push my-bucket/app:1 --image docker-archive:app.tar:my%app",
  "s3 push my-bucket/app:1 --image oci:./layout --transport archive",
  "s3 push my-bucket/app:1 --image oci-archive:app.tar --host unix:///run/docker.sock",
  "s3 push my-bucket/app:1 --image docker-archive:app.tar --keep-ref",
  "s3 push my-bucket/app:1 --image oci:./layout --compression zstd",
  "s3 push my-bucket/app:1 --image oci-archive:app.tar --compression-level 9",
  "s3 pull my-bucket/app:1 --image oci:./layout --transport registry",
  "s3 pull my-bucket/app:1 --image docker-archive:app.tar:App:1",
  "s3 pull my-bucket/app:1 --image oci-archive:- --json",
  `s3 pull my-bucket/app:1 --image oci:./layout@sha256:${HEX}`,
  "s3 push my-bucket/app:1 --endpoint ftp://localhost",
  "gcs push my-bucket/app:1 --endpoint http://",
  "azure push -a acme my-container/app:1 --endpoint localhost:port",
  "s3 pull my-bucket/app:1 --image App:1",
  `s3 pull my-bucket/app:1 --image app@sha256:${HEX}`,
  "s3 push --region eu-west-1 my-bucket/app:1 --secret-key hush",
  "doctor s3 my-bucket other-bucket",
  "doctor ./images",
  "doctor s3 gs://my-bucket",
  "doctor ftp://my-bucket",
  "doctor --region eu-west-1",
  "s3 doctor my_bucket!",
  "s3 doctor my-bucket/App:1",
  "s3 doctor my-bucket --force",
  "s3 doctor my-bucket --quiet --verbose",
  "completion",
  "completion tcsh",
  "completion bash zsh",
]

/** The daemon and the cloud, as far as anybody asks them anything. */
const servers: Server[] = []
const asked: string[] = []
let folder: string
let env: Io["env"]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-usage-"))
  const socket = join(folder, "docker.sock")
  const listen = async (at: { path: string } | { port: number }): Promise<Server> => {
    const server = createServer(({ method, url }, response) => {
      asked.push(`${method} ${url}`)
      response.writeHead(404).end()
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", ...at }, resolve))
    return server
  }
  await listen({ path: socket })
  const { port } = (await listen({ port: 0 })).address() as AddressInfo
  const cloud = `http://127.0.0.1:${port}`
  env = {
    HOME: "/nowhere",
    DOCKER_HOST: `unix://${socket}`,
    AWS_ENDPOINT_URL_S3: cloud,
    STORAGE_EMULATOR_HOST: cloud,
  }
})
afterAll(async () => {
  for (const server of servers) server.close()
  await rm(folder, { recursive: true })
})

it("explains what is wrong with a command line and exits with 2, asking neither daemon nor cloud", async () => {
  const transcript: string[] = []
  for (const line of COMMAND_LINES) {
    // What is for AWS alone contradicts a server of our own.
    const aws = /accelerate|secure=/.test(line) ? { AWS_ENDPOINT_URL_S3: "" } : {}
    const { code, stdout, stderr } = await run(line.split(" "), { env: { ...env, ...aws } })
    expect({ line, code, stdout, asked }).toEqual({ line, code: 2, stdout: "", asked: [] })
    transcript.push(`$ oci-store ${line}\n${stderr}`)
  }
  await expect(transcript.join("\n")).toMatchFileSnapshot("usage-errors.txt")
}, 60_000)
