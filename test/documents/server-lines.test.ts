/**
 * What the first documentation of two other servers printed works with this one: their configuration files as they stand, and the
 * command lines that follow. Left out is what builds and installs those servers.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Running, start } from "../support/cli.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { describeWithEngine, docker, imageId, removeImages, runImage } from "../support/docker.ts"
import { pathOf, programsMissing } from "../support/programs.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { takenPort } from "./ports.ts"

const ALPINE = "alpine:latest"
const PUSHED = "localhost:5000/my-alpine:latest"

const CONFIG_JSON = `{
  "server": {
    "address": "localhost",
    "port": 5000,
    "read_timeout": "30s",
    "write_timeout": "30s",
    "idle_timeout": "120s"
  },
  "storage": {
    "type": "filesystem",
    "path": "./data"
  },
  "logging": {
    "level": "info",
    "format": "json"
  }
}
`

const CONFIG_YAML = `# config.yaml
server:
  port: 3030
 
auth:
 
  users:
  - username: "admin"
    password: "admin123"

logging:
  level: "info"
  format: "text" # or "json"

# Optional backup configuration
backup:
  enabled: false
  gcp:

    bucket: "oci-storage-backup"
    projectID: "your-project"
  # aws:
  #   bucket: "oci-storage-backup"
  #   region: "eu-west-1"
`

interface Place extends AsyncDisposable {
  readonly folder: string
  /** Runs a line in the folder, as someone who reads the document does, and returns what it prints. */
  run(line: string): Promise<string>
}

/** A folder with that configuration, and a server that was started with it there. */
async function startIn(name: string, config: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-documents-"))
  await writeFile(join(folder, name), config)
  // Relative paths in a configuration start where the server does.
  const server: Running = start(["serve", "--config", name], {}, folder)
  await server.says("listening")
  const env = {
    ...process.env,
    PATH: [dirname(await pathOf("helm").catch(() => "")), process.env["PATH"]].join(delimiter),
    HELM_REGISTRY_CONFIG: join(folder, "registry.json"),
  }
  return {
    folder,
    run: (line) =>
      new Promise((resolve, reject) => {
        execFile("bash", ["-c", line], { cwd: folder, env }, (error, stdout, stderr) =>
          error ? reject(new Error(stderr, { cause: error })) : resolve(stdout + stderr),
        )
      }),
    async [Symbol.asyncDispose]() {
      server.process.kill("SIGTERM")
      expect(await server.outcome).toMatchObject({ code: 0 })
      await rm(folder, { recursive: true })
    },
  }
}

const port = await takenPort([5000, 3030])
const taken = port === undefined ? undefined : `port ${port} is taken`
const present = await docker("images", "--quiet", ALPINE).catch(() => "")
const obstacle = taken ?? (present === "" ? undefined : `the daemon has an ${ALPINE} of its own`)
if (obstacle !== undefined && process.env["CI"])
  throw new Error(`The printed lines cannot be tried: ${obstacle}`)

await describeWithEngine(
  "the lines after config.json",
  () => {
    let image: RunnableImage
    let place: Place

    beforeAll(async () => {
      image = await runnableImage()
      await docker("tag", image.name, ALPINE)
      place = await startIn("config.json", CONFIG_JSON)
    })
    afterAll(async () => {
      await removeImages(image.name, ALPINE, PUSHED)
      await place[Symbol.asyncDispose]()
    })

    it("docker tags and pushes", async () => {
      await place.run("docker tag alpine:latest localhost:5000/my-alpine:latest")
      expect(await place.run("docker push localhost:5000/my-alpine:latest")).toContain(
        "latest: digest: sha256:",
      )
    })

    it("docker pulls", async () => {
      await removeImages(PUSHED, ALPINE, image.name)
      await place.run("docker pull localhost:5000/my-alpine:latest")
      expect(await imageId(PUSHED)).toBe(image.id)
      expect(await runImage(PUSHED)).toBe(image.marker)
    })

    it.each([
      ["curl http://localhost:5000/v2/my-alpine/tags/list", { name: "my-alpine", tags: ["latest"] }],
      ["curl http://localhost:5000/v2/", {}],
    ])("%s", async (line, answer) => {
      expect(JSON.parse(await place.run(`${line} 2>/dev/null`))).toEqual(answer)
    })
  },
  undefined,
  obstacle,
)

describeUnless(taken ?? (await programsMissing(["helm"])), "the lines after config.yaml", () => {
  const LOGIN = `helm registry login localhost:3030 \\
  --username admin \\
  --password admin123`
  const PUSH = "helm push ./your-chart-1.0.0.tgz oci://localhost:3030"

  async function withChart(config: string): Promise<Place> {
    const place = await startIn("config.yaml", config)
    await mkdir(join(place.folder, "your-chart"))
    await writeFile(
      join(place.folder, "your-chart", "Chart.yaml"),
      "apiVersion: v2\nname: your-chart\nversion: 1.0.0\n",
    )
    await place.run("helm package your-chart")
    return place
  }

  // Helm 3.22 pushes to no registry over HTTP unless it is told to, the stock registry included: it tries HTTPS first, and takes the
  // place of an upload that the answer over HTTP names for a step down.
  const PLAIN_HTTP = "--plain-http"
  // What `helm install` does before it needs a cluster.
  const TEMPLATE = "helm template my-app oci://localhost:3030/your-chart --version 1.0.0"

  it("helm logs in, pushes, and reads what it would install", async () => {
    await using place = await withChart(CONFIG_YAML)
    expect(await place.run(LOGIN)).toContain("Login Succeeded")
    expect(await place.run(`${PUSH} ${PLAIN_HTTP}`)).toContain("Pushed: localhost:3030/your-chart:1.0.0")
    expect(await place.run(`${TEMPLATE} ${PLAIN_HTTP}`)).toContain("Pulled: localhost:3030/your-chart:1.0.0")
  })

  it("helm does not get in with a wrong password", async () => {
    await using place = await withChart(CONFIG_YAML)
    await expect(place.run(LOGIN.replace("admin123", "admin124"))).rejects.toThrow(/401|unauthorized/i)
  })

  it("helm reads as printed where there are no users", async () => {
    await using place = await withChart(CONFIG_YAML.replace(/^auth:.*?(?=^logging:)/ms, ""))
    await place.run(`${PUSH} ${PLAIN_HTTP}`)
    expect(await place.run(TEMPLATE)).toContain("Pulled: localhost:3030/your-chart:1.0.0")
  })
})
