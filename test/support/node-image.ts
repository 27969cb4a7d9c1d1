/**
 * An image to build on where none can be pulled: Node, npm, a shell and the libraries that they load, out of what this machine has,
 * with npm's cache, so that packages are installed without a network.
 * @module
 */
import { execFile } from "node:child_process"
import { access, chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { uniqueName } from "./docker.ts"
import { librariesOf } from "./runnable-image.ts"

const exec = promisify(execFile)

/** What shell scripts of a build, and of npm, call. */
const PROGRAMS = ["/bin/sh", "/bin/ln", "/bin/mkdir", "/bin/chown", "/usr/bin/env"]
const NODE = "/usr/local/bin/node"
const CACHE = "/npm-cache"
/** Where npm keeps packages, in the folder of its cache. */
const CACHED = "_cacache"

/** Why there can be none; undefined where there can. */
export async function nodeImageMissing(): Promise<string | undefined> {
  return access(join(await npmConfig("cache"), CACHED)).then(
    () => undefined,
    () => "npm has no cache to install packages from: npm ci",
  )
}

/** Makes it and returns its name. It has the user `node` with the id 1000, as Node's own images have. */
export async function nodeImage(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "oci-store-node-image-"))
  try {
    await fill(root)
    return await importImage(root)
  } finally {
    await rm(root, { recursive: true })
  }
}

async function fill(root: string): Promise<void> {
  const put = async (from: string, to = from) => {
    await mkdir(join(root, dirname(to)), { recursive: true })
    await copyFile(from, join(root, to))
  }
  const libraries = await Promise.all([...PROGRAMS, process.execPath].map(librariesOf))
  for (const path of new Set([...PROGRAMS, ...libraries.flat()])) await put(path)
  await put(process.execPath, NODE)
  await mkdir(join(root, "etc"))
  await writeFile(join(root, "etc", "passwd"), "root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/:/bin/sh\n")
  await mkdir(join(root, "tmp"))
  await chmod(join(root, "tmp"), 0o1777)
  await symlink("/npm/bin/npm-cli.js", join(root, "usr", "local", "bin", "npm"))
}

async function importImage(root: string): Promise<string> {
  const name = `${uniqueName("node")}:latest`
  const cli = await realpath((await exec("which", ["npm"])).stdout.trim())
  const changes = [
    `ENV PATH=/usr/local/bin:/usr/bin:/bin`,
    `ENV npm_config_offline=true`,
    `ENV npm_config_cache=${CACHE}`,
    `ENV npm_config_registry=${await npmConfig("registry")}`,
  ]
  // Straight from where it lies: the cache is large.
  const tar = [
    `tar --create --owner=0 --group=0 --exclude=${CACHED}/tmp`,
    `--transform='flags=r;s,^${CACHED},${CACHE.slice(1)}/${CACHED},'`,
    `-C "$ROOT" . -C "$NPM" npm -C "$CACHE" ${CACHED}`,
  ]
  const into = `docker import ${changes.map((change) => `--change '${change}'`).join(" ")} - "$NAME"`
  const env = {
    ...process.env,
    ROOT: root,
    NPM: dirname(dirname(dirname(cli))),
    CACHE: await npmConfig("cache"),
    NAME: name,
  }
  await exec("bash", ["-c", `set -o pipefail; ${tar.join(" ")} | ${into}`], { env })
  return name
}

async function npmConfig(key: string): Promise<string> {
  return (await exec("npm", ["config", "get", key])).stdout.trim()
}
