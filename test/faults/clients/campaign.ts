/**
 * A hostile daemon at the registry of a transfer, while a well-behaved one pushes: the push arrives, nothing else does, and when
 * the registry has closed everything is undone.
 * @module
 */
import { createEphemeralRegistry } from "../../../src/bridge/ephemeral-registry.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { s3 } from "../../support/clouds/s3.ts"
import { MiB } from "../../support/bytes.ts"
import { image } from "../../support/oci-content.ts"
import { call, differences, type Answer } from "../../support/registry-client.ts"
import { serveRegistry } from "../../support/served-registry.ts"
import { openSharedBucket } from "../../support/shared-cloud.ts"
import { openSharedFolder, type SharedStore } from "../../support/shared-store.ts"
import { type Campaign, type Case, runCases, type Settings, within } from "../campaign.ts"
import { bytesOf } from "../chance.ts"
import type { Verdict } from "../tally.ts"
import { type Attack, ATTACKS } from "./attacks.ts"
import { OCTET_STREAM } from "../../../src/oci/media-types.ts"
import { digestOf } from "../../../src/oci/digest.ts"

const NAME = "attacked/app" as RepositoryName
const TAG = "v1" as Tag

/** Milliseconds in which a registry must be closed, whatever is connected to it. */
const CLOSING = 10_000

export const hostileClients: Campaign = {
  name: "hostile clients",
  missing: () => s3.missing(),
  async run(settings) {
    await using server = await s3.start()
    const stores = { folder: () => openSharedFolder(), S3: () => openSharedBucket(server) }
    const cases = Object.entries(stores).flatMap(([kind, openStore], index) =>
      ATTACKS.filter((_, each) => settings.full || each % 2 === index).map((attack): Case => {
        const title = `${kind}: ${attack.name}`
        return {
          title,
          run: async () => attacked(await openStore(), attack, `${settings.seed} ${title}`, settings),
        }
      }),
    )
    // One after the other: memory is measured.
    return await runCases("hostile clients", cases, settings, { width: 1, limit: 300_000 })
  },
}

async function attacked(
  opened: SharedStore,
  attack: Attack,
  about: string,
  { full }: Settings,
): Promise<Verdict> {
  await using store = opened
  const lost: string[] = []
  const content = image([bytesOf(200_000, about), bytesOf(9 * MiB, `${about} large`)])
  let closing: number
  {
    const ephemeral = await createEphemeralRegistry(store.driver, {
      repositories: [NAME],
      access: "push",
      budget: createMemoryBudget(64 * MiB),
    })
    const { address, credentials, registry } = ephemeral
    const authorization = `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`
    const target = { address, authorization, name: NAME, about, full }
    try {
      const push = async (): Promise<void> => {
        for (const [digest, bytes] of content.blobs) {
          const url = `http://${address}/v2/${NAME}/blobs/uploads/?digest=${digest}`
          await expectCreated(call(url, { method: "POST", headers: { authorization }, body: bytes }))
        }
        const { mediaType, bytes } = content.root
        const headers = { authorization, "content-type": mediaType || OCTET_STREAM }
        await expectCreated(
          call(`http://${address}/v2/${NAME}/manifests/${TAG}`, { method: "PUT", headers, body: bytes }),
        )
      }
      const [found] = await Promise.all([attack.act(target), push()])
      lost.push(...found)
      await registry.tags.publish(NAME, TAG, digestOf(content.root.bytes))
    } finally {
      const started = performance.now()
      const closed = Promise.resolve(ephemeral[Symbol.asyncDispose]())
      await within(60_000, closed, () => "the registry does not close")
      closing = performance.now() - started
    }
  }
  if (closing > CLOSING) lost.push(`it took ${Math.round(closing)} ms to close`)

  await using fresh = await serveRegistry(store.driver, { scope: "store", publish: "on-put" })
  lost.push(...(await differences(fresh.address, NAME, TAG, content)))
  const keys = [...(await store.contents()).keys()]
  const strays = keys.filter((key) => /_uploads\/|\.tmp$/.test(key) || key.includes("/tags/large/"))
  if (strays.length > 0) lost.push(`left behind: ${strays.join(", ")}`)
  const unfinished = await store.unfinishedUploads()
  if (unfinished.length > 0) lost.push(`uploads left behind: ${unfinished.join(", ")}`)
  return { survived: 1, failed: 0, injected: 1, lost }
}

async function expectCreated(answer: Promise<Answer>): Promise<void> {
  const { status, bytes } = await answer
  if (status !== 201) throw new Error(`the right push was answered with ${status}: ${bytes.toString()}`)
}
