import { beforeAll, describe, expect, it } from "vitest"
import { hexOf } from "../../src/oci/digest.ts"
import { describePairs, useBench } from "../support/interop.ts"
import { craneFindings, PUSH_CLIENTS } from "../support/push-clients.ts"
import { call, differences, listTags } from "../support/registry-client.ts"
import { APP, EMPTY_FILE, PUSHES, REPORT, SAFER_PUSHES } from "./pushes.ts"

const ALL = [...PUSHES, EMPTY_FILE, ...SAFER_PUSHES]
const REFERRERS = `sha256-${hexOf(APP.root.digest)}`

await describePairs("what we push, a stock registry serves", (pair) => {
  const bench = useBench(pair, { scope: "store", publish: "on-put" })
  beforeAll(async () => {
    for (const push of ALL) await PUSH_CLIENTS[push.by](bench().ours.address, push)
  })

  it("all of it, without a failure of ours", () => {
    expect(bench().ours.errors).toEqual([])
  })

  describe.each(ALL)("$what, by $by", ({ name, tag, content, runs }) => {
    it("to the last byte, by tag and by digest", async () => {
      expect(await differences(bench().stock.address, name, tag, content)).toEqual([])
    })

    if (!runs) return
    it("to crane, which finds nothing wrong", async () => {
      expect(await craneFindings(bench().stock.address, name, tag)).toBe("")
      expect(await craneFindings(bench().stock.address, name, content.root.digest)).toBe("")
    })
  })

  it("all tags", async () => {
    const { address } = bench().stock
    const names = [...new Set(ALL.map(({ name }) => name))]
    // Sorted here: 2.8 lists a folder in the order of the disk.
    const tags = names.map(async (name) => [name, (await listTags(address, name)).toSorted()] as const)
    expect(Object.fromEntries(await Promise.all(tags))).toEqual({
      app: ["report", REFERRERS, "v1"],
      "copies/app": ["v1"],
      other: ["latest"],
      layers: ["empty"],
      multi: ["crane", "regctl"],
      artifacts: ["large", "nothing"],
      "artifacts/long": ["sha512"],
      nothing: ["v1"],
    })
  })

  it("the list of what refers to an image, under the tag where clients look for it", async () => {
    const { bytes } = await call(`http://${bench().stock.address}/v2/app/manifests/${REFERRERS}`)
    const { manifests } = JSON.parse(bytes.toString()) as { manifests: readonly { digest: string }[] }
    expect(manifests.map(({ digest }) => digest)).toEqual([REPORT.root.digest])
  })
})
