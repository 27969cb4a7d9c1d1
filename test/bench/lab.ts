/**
 * What transfers are measured with: an S3 server of their own, an engine, an image in it.
 * @module
 */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { docker, imageId } from "../support/docker.ts"
import { findVersitygw, INSTALL, startVersitygw } from "../support/versitygw.ts"
import type { Place } from "./contenders/contender.ts"

const exec = promisify(execFile)
const REGION = "us-east-1"

export interface Lab extends AsyncDisposable {
  /** A new bucket, empty. @param endpoint what stands before the server; the server itself when left out */
  newPlace(endpoint?: string): Promise<Place>
  readonly endpoint: string
  /** Where a bucket's objects are, as files. */
  folderOf(place: Place): string
}

export async function openLab(): Promise<Lab> {
  const program = await findVersitygw()
  if (program === undefined) throw new Error(`no S3 server to push to: ${INSTALL}`)
  const gateway = await startVersitygw(program)
  let buckets = 0
  return {
    endpoint: gateway.endpoint,
    folderOf: ({ bucket }) => gateway.bucketFolder(bucket),
    async newPlace(endpoint = gateway.endpoint) {
      const bucket = `bench-${++buckets}`
      await gateway.createBucket(bucket)
      return { endpoint, region: REGION, bucket, ...gateway.root }
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

/** Waits until what the last contender has written is on the disk: the next one shall not pay for it. */
export async function settle(): Promise<void> {
  await exec("sync")
}

/**
 * Takes the image from the daemon, layers and all.
 * @throws Error if another name keeps it there: what is measured next would be no pull
 */
export async function forget(image: string): Promise<void> {
  const id = await imageId(image)
  await docker("rmi", "--force", image)
  await docker("image", "prune", "--force")
  const isKept = await imageId(id).then(
    () => true,
    () => false,
  )
  if (isKept)
    throw new Error(`another name keeps ${id} in the daemon: docker image ls shows it, docker rmi removes it`)
}

/** Loads the image again unless the daemon has just this one. */
export async function ensure(image: string, id: string, load: () => Promise<unknown>): Promise<void> {
  const found = await imageId(image).catch(() => undefined)
  if (found === id) return
  if (found !== undefined) await forget(image)
  await load()
}
