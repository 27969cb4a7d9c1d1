/**
 * A cold push of a real image to a local S3 server: the whole `oci-store` process against `docker push` to a running stock registry
 * with its S3 driver on the same server. Runs take turns, each into an empty bucket.
 *
 *     npm run bench            three runs
 *     npm run bench -- 5       five runs
 */
import { fileURLToPath } from "node:url"
import { docker, imageStore, removeImages } from "../support/docker.ts"
import { startStockRegistry } from "../support/stock-registry.ts"
import { findVersitygw, INSTALL, startVersitygw } from "../support/versitygw.ts"
import { type Measured, measure, median, spread } from "./measure.ts"
import { loadRealImage } from "./real-image.ts"

const PROGRAM = fileURLToPath(new URL("../../bin/oci-store.js", import.meta.url))
const IMAGE = "oci-store-bench/image:v1"
const REGION = "us-east-1"
const runs = Number(process.argv[2] ?? 3)

const program = await findVersitygw()
if (program === undefined) throw new Error(`no S3 server to push to: ${INSTALL}`)
await using gateway = await startVersitygw(program)
const { accessKey, secretKey } = gateway.root

const ours: Measured[] = []
const again: Measured[] = []
const theirs: Measured[] = []
const store = await imageStore()
console.log(`Making an image of four layers; the engine's image store is ${store}.`)
await loadRealImage(IMAGE)
try {
  for (let run = 1; run <= runs; run++) {
    await gateway.createBucket(`ours-${run}`)
    ours.push(await ourPush(`ours-${run}`))
    again.push(await ourPush(`ours-${run}`))
    await gateway.createBucket(`theirs-${run}`)
    theirs.push(await dockerPush(`theirs-${run}`))
    console.log(`run ${run}: oci-store ${last(ours)}, again ${last(again)}, docker push ${last(theirs)}`)
  }
} finally {
  await removeImages(IMAGE)
}

const seconds = (all: readonly Measured[]): number[] => all.map((each) => each.seconds)
console.log(`
${store} image store, ${runs} runs, median (min-max)
cold push, oci-store             ${spread(seconds(ours))} s
cold push, docker to a registry  ${spread(seconds(theirs))} s
ratio of the medians             ${(median(seconds(ours)) / median(seconds(theirs))).toFixed(2)}
push again, oci-store            ${spread(seconds(again))} s
peak memory of oci-store         ${Math.max(...ours.map(({ peak }) => peak)).toFixed(0)} MiB`)

function ourPush(bucket: string): Promise<Measured> {
  const flags = ["--endpoint", gateway.endpoint, "--region", REGION, "--image", IMAGE]
  return measure(process.execPath, [PROGRAM, "s3", "push", ...flags, `${bucket}/app:v1`], {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
  })
}

/** The registry is up before the clock starts. */
async function dockerPush(bucket: string): Promise<Measured> {
  const s3 = {
    bucket,
    region: REGION,
    regionendpoint: gateway.endpoint,
    forcepathstyle: true,
    accesskey: accessKey,
    secretkey: secretKey,
  }
  await using registry = await startStockRegistry("3.1", { driver: { s3 } })
  const name = `${registry.address}/app:v1`
  await docker("tag", IMAGE, name)
  try {
    return await measure("docker", ["push", "--quiet", name])
  } finally {
    await docker("rmi", name)
  }
}

function last(all: readonly Measured[]): string {
  return `${all.at(-1)?.seconds.toFixed(2)} s`
}
