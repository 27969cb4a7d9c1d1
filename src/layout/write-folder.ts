/**
 * An OCI image layout in a folder, new or added to. It is a valid layout at every moment: blobs appear whole, and `index.json` is
 * replaced last.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @module
 */
import { mkdir, readdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { isRecord } from "../oci/descriptor.ts"
import { algorithmOf, createHasher } from "../oci/digest.ts"
import { MANIFEST_LIMIT } from "../oci/manifest.ts"
import { ArchiveError, fileFailure } from "../archive/errors.ts"
import { readJson } from "../archive/files.ts"
import { openFolder, plainFile } from "../archive/folder.ts"
import { entryOf } from "../archive/image-archive.ts"
import { once } from "../chunks.ts"
import { openOutputFile } from "../archive/output-file.ts"
import { EMPTY_INDEX, LAYOUT_MARKER, type LayoutWriter, withImage } from "./layout-writer.ts"
import { checkVersion } from "./read-layout.ts"

/**
 * The folder is made if it is not there.
 * @throws ArchiveError ABSENT if it holds something else than a layout; ImageFileError
 */
export async function openLayoutFolder(path: string): Promise<LayoutWriter> {
  const purpose = `write '${path}'`
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw fileFailure(purpose, cause)
  })
  const files = await openFolder(path)

  async function writeJson(name: string, value: unknown): Promise<void> {
    await writeFile(name, once(Buffer.from(JSON.stringify(value))))
  }

  /** In the folder itself first: what a killed process leaves is no blob. */
  async function writeFile(name: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    await using output = await openOutputFile(join(path, name), path)
    await output.write(body)
    await output.publish()
  }

  const entries = await readdir(path).catch((cause: unknown) => {
    throw fileFailure(purpose, cause)
  })
  if (entries.some((name) => !isTemporary(name))) {
    checkVersion(await readJson(files, "oci-layout", MANIFEST_LIMIT), `'${path}' is not empty, and`)
  } else {
    // What is broken off from here on can be gone on with.
    await writeJson("index.json", EMPTY_INDEX)
    await writeJson("oci-layout", LAYOUT_MARKER)
  }

  return {
    inParallel: 4,

    async has({ digest, size }, signal) {
      const name = entryOf(digest)
      if ((await files.size(name)) !== size) return false
      const hasher = createHasher(algorithmOf(digest))
      for await (const chunk of files.read(name, signal)) hasher.update(chunk)
      return hasher.digest() === digest
    },

    async add({ digest }, body) {
      const name = entryOf(digest)
      const folder = dirname(join(path, name))
      await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
        throw fileFailure(`write '${folder}'`, cause)
      })
      // A link there, or on the way there, would have the blob written elsewhere.
      await plainFile(path, name)
      await writeFile(name, body)
    },

    async finish(image) {
      const index = (await readJson(files, "index.json", MANIFEST_LIMIT)) ?? EMPTY_INDEX
      if (!isRecord(index))
        throw new ArchiveError("DAMAGED", `'index.json' in '${path}' is no index of images.`)
      await writeJson("index.json", withImage(index, image))
    },

    [Symbol.asyncDispose]: async () => undefined,
  }
}

function isTemporary(name: string): boolean {
  return /^\.oci-store-.*\.tmp$/.test(name)
}
