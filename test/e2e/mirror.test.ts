/**
 * A server as a mirror: engines that are told to ask it first for images of another registry.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { succeed as ociStore } from "../support/cli.ts"
import { describeWithEngine, removeImages } from "../support/docker.ts"
import {
  type PrivateContainerd,
  privateContainerdMissing,
  startPrivateContainerd,
} from "../support/private-containerd.ts"
import { privateDockerMissing, startPrivateDocker } from "../support/private-docker.ts"
import { programsMissing, succeed } from "../support/programs.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { startServer, type TestServer } from "../support/server.ts"

/** No such registry can be reached: what is pulled of it comes from the mirror. */
const REGISTRY = "registry.invalid"

const missing = (await privateContainerdMissing()) ?? (await programsMissing(["podman"]))
if (missing !== undefined && process.env["CI"]) throw new Error(missing)

await describeWithEngine(
  "a mirror",
  () => {
    let folder: string
    let server: TestServer
    let image: RunnableImage
    let containerd: PrivateContainerd

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "oci-store-mirror-"))
      server = await startServer({ "storage.path": join(folder, "store") })
      image = await runnableImage()
      for (const reference of ["team/app:1", `mirror/${REGISTRY}/team/app:2`, "library/mirrored:3"]) {
        await ociStore(["file", "push", "--image", image.name, `${folder}/store//${reference}`])
      }
      containerd = await startPrivateContainerd()
    })
    afterAll(async () => {
      await containerd[Symbol.asyncDispose]()
      await removeImages(image.name)
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    const requestsOf = (path: string) => server.logged.filter((line) => line["path"] === path)

    it("containerd takes images from the same path", async () => {
      await containerd.configure(
        REGISTRY,
        `server = "https://${REGISTRY}"

[host."${server.url}"]
  capabilities = ["pull", "resolve"]
`,
      )
      await containerd.pull(`${REGISTRY}/team/app:1`)
      expect(await containerd.images()).toContain(`${REGISTRY}/team/app:1`)
      // It came with ?ns=registry.invalid, which means nothing here.
      expect(requestsOf("/v2/team/app/manifests/1")).toContainEqual(
        expect.objectContaining({ method: "HEAD", status: 200 }),
      )
    })

    it("containerd takes images from a path of the registry's own", async () => {
      await containerd.configure(
        REGISTRY,
        `server = "https://${REGISTRY}"

[host."${server.url}/v2/mirror/${REGISTRY}"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
      )
      await containerd.pull(`${REGISTRY}/team/app:2`)
      expect(await containerd.images()).toContain(`${REGISTRY}/team/app:2`)
      await expect(containerd.pull(`${REGISTRY}/team/app:1`)).rejects.toThrow(REGISTRY)
    })

    it("containerd signs in to a server that has users", async () => {
      await using guarded = await startServer({
        "storage.path": join(folder, "store"),
        "auth.users": [{ username: "node", password: "secret", access: "read" }],
      })
      const hosts = (pair: string) => `server = "https://${REGISTRY}"

[host."${guarded.url}"]
  capabilities = ["pull", "resolve"]
  [host."${guarded.url}".header]
    authorization = "Basic ${btoa(pair)}"
`
      await containerd.configure(REGISTRY, hosts("node:wrong"))
      await expect(containerd.pull(`${REGISTRY}/team/app:1`)).rejects.toThrow(REGISTRY)
      await containerd.configure(REGISTRY, hosts("node:secret"))
      await containerd.pull(`${REGISTRY}/team/app:1`)
      expect(guarded.logged).toContainEqual(
        expect.objectContaining({ user: "node", path: "/v2/team/app/manifests/1", status: 200 }),
      )
    })

    it("Docker takes images of Docker Hub, under the path library/ where they have none", async () => {
      await using engine = await startPrivateDocker("--registry-mirror", server.url)
      await engine.docker("pull", "--quiet", "mirrored:3")
      expect(await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).toBe("mirrored:3")
    })

    it("Podman takes images from a path of the registry's own", async () => {
      const registries = join(folder, "registries.conf")
      await writeFile(
        registries,
        `[[registry]]
location = "${REGISTRY}"

[[registry.mirror]]
location = "${new URL(server.url).host}/mirror/${REGISTRY}"
insecure = true
`,
      )
      const env = { ...process.env, CONTAINERS_REGISTRIES_CONF: registries }
      const storage = ["--root", join(folder, "podman"), "--runroot", join(folder, "podman-run")]
      const podman = async (...args: string[]) =>
        (await succeed("podman", [...storage, ...args], { env })).toString().trim()
      await podman("pull", "--quiet", `${REGISTRY}/team/app:2`)
      expect(await podman("images", "--format", "{{.Repository}}:{{.Tag}}")).toBe(`${REGISTRY}/team/app:2`)
      await podman("rmi", "--all", "--force")
    })
  },
  undefined,
  missing ?? (await privateDockerMissing()),
)
