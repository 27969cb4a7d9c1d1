/**
 * `docker push` and `docker pull` with a running registry of CNCF Distribution. It is up before the clock starts.
 * @module
 */
import { docker } from "../../support/docker.ts"
import { programsMissing } from "../../support/programs.ts"
import { startStockRegistry } from "../../support/stock-registry.ts"
import { measure } from "../measure.ts"
import type { Contender, Place } from "./contender.ts"

export const stockRegistry: Contender = {
  name: "docker and registry 3.1.2",
  missing: () => programsMissing(["registry"]),
  async open(place) {
    const registry = await startStockRegistry("3.1", { driver: { s3: s3Driver(place) }, isCached: true })
    const name = `${registry.address}/app:v1`
    return {
      async push(image) {
        await docker("tag", image, name)
        try {
          return await measure("docker", ["push", "--quiet", name])
        } finally {
          await docker("rmi", name)
        }
      },
      async pull(image) {
        const measured = await measure("docker", ["pull", "--quiet", name])
        await docker("tag", name, image)
        await docker("rmi", name)
        return measured
      },
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    }
  },
}

function s3Driver({
  endpoint,
  region,
  bucket,
  accessKey,
  secretKey,
}: Place): Record<string, string | boolean> {
  return {
    bucket,
    region,
    regionendpoint: endpoint,
    forcepathstyle: true,
    accesskey: accessKey,
    secretkey: secretKey,
  }
}
