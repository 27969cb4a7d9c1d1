/**
 * A cold push of a real image to a local S3 server: the whole `oci-store` process against `docker push` to a running stock registry
 * with its S3 driver on the same server. Runs take turns, each into an empty bucket.
 *
 *     npm run bench            three runs
 *     npm run bench -- 5       five runs
 */
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { docker, imageStore, removeImages } from "../support/docker.ts"
import { startStockRegistry } from "../support/stock-registry.ts"
import { startVersitygw } from "../support/versitygw.ts"
import { type Measured, measure, median, spread } from "./measure.ts"
import { loadRealImage } from "./real-image.ts"

const PROGRAM = fileURLToPath(new URL("../../bin/oci-store.js", import.meta.url))
const IMAGE = "oci-store-bench/image:v1"
const runs = Number(process.argv[2] ?? 3)

await using gateway = await startVersitygw()
const store = await imageStore()
console.log(`Making an image of four layers; the engine's image store is ${store}.`)
await loadRealImage(IMAGE)

const ours: Measured[] = []
const again: Measured[] = []
const theirs: Measured[] = []
try {
  for (let run = 1; run <= runs; run++) {
    const bucket = `ours-${run}`
    await gateway.createBucket(bucket)
    const push = ["s3", "push", "--endpoint", gateway.endpoint, "--image", IMAGE, "--no-progress", `${bucket}/app:v1`]
    ours.push(await measure(process.execPath, [PROGRAM, ...push], gateway.env))
    again.push(await measure(process.execPath, [PROGRAM, ...push], gateway.env))
    await gateway.deleteBucket(bucket)
    theirs.push(await dockerPush(`theirs-${run}`))
    console.log(
      `run ${run}: oci-store ${ours.at(-1)?.seconds.toFixed(2)} s, docker push ${theirs.at(-1)?.seconds.toFixed(2)} s`,
    )
  }
} finally {
  await removeImages(IMAGE)
}

const seconds = (all: readonly Measured[]): number[] => all.map((each) => each.seconds)
const ratio = median(seconds(ours)) / median(seconds(theirs))
console.log(`
${store} image store, ${runs} runs, median (min-max)
cold push, oci-store          ${spread(seconds(ours))} s
cold push, registry and docker ${spread(seconds(theirs))} s
ratio of the medians          ${ratio.toFixed(2)}
push again, oci-store         ${spread(seconds(again))} s
peak memory of oci-store      ${Math.max(...ours.map((each) => each.peak)).toFixed(0)} MiB`)

/** The registry is up before the clock starts. */
async function dockerPush(bucket: string): Promise<Measured> {
  await gateway.createBucket(bucket)
  await using registry = await startStockRegistry("3.1", {
    s3: {
      bucket,
      region: gateway.region,
      regionendpoint: gateway.endpoint,
      forcepathstyle: true,
      accesskey: gateway.env.AWS_ACCESS_KEY_ID,
      secretkey: gateway.env.AWS_SECRET_ACCESS_KEY,
    },
  })
  const name = `${registry.address}/app:v1`
  await docker("tag", IMAGE, name)
  try {
    return await measure("docker", ["push", "--quiet", name])
  } finally {
    await docker("rmi", name)
    await gateway.deleteBucket(bucket)
  }
}
