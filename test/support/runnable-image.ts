/**
 * A small image that really runs, made of what this machine has.
 * @module
 */
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { uniqueName } from "./docker.ts"
import { LINUX_AMD64, type LoadedImage, loadLayers } from "./random-image.ts"
import { tarArchive, tarFile } from "./tar.ts"

const exec = promisify(execFile)

/** Taken with the shared libraries that they load. `sh` alone can print and test; the others are there to be tried. */
const PROGRAMS = ["/bin/sh", "/bin/cat", "/bin/ls"]

export interface RunnableImage extends LoadedImage {
  /** What a container of the image prints: different every time, unless given. */
  readonly marker: string
}

/** Loads an image whose containers print its marker. */
export async function runnableImage(
  options: { name?: string; marker?: string } = {},
): Promise<RunnableImage> {
  const { name = `${uniqueName("runnable")}:latest`, marker = `hello from ${name}` } = options
  const paths = [...new Set([...PROGRAMS, ...(await Promise.all(PROGRAMS.map(librariesOf))).flat()])]
  const layers = [
    // Read through links and put where each is looked for, so that the layer needs no links.
    tarArchive(
      await Promise.all(
        paths.map(async (path) => tarFile({ name: path.slice(1), mode: 0o755 }, await readFile(path))),
      ),
    ),
    tarArchive([tarFile({ name: "marker.txt" }, `${marker}\n`)]),
  ]
  const loaded = await loadLayers(
    layers.map((tar) => ({ size: tar.length, content: [tar] })),
    { name, cmd: ["/bin/cat", "/marker.txt"], platform: LINUX_AMD64 },
  )
  return { ...loaded, marker }
}

/** Absolute paths of the shared libraries and the loader; none for a static program. */
export async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await exec("ldd", [program]).catch(() => ({ stdout: "" }))
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => (path === undefined ? [] : [path]))
}
