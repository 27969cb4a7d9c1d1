/**
 * Transfers that are ended from outside at any moment: the tag, the daemon and the store are as they were, or the work is done.
 * @module
 */
import { succeed } from "../../support/cli.ts"
import {
  addImage,
  type PrivateDocker,
  privateDockerMissing,
  startPrivateDocker,
} from "../../support/private-docker.ts"
import { programsMissing } from "../../support/programs.ts"
import { folderStore, keysOf, s3Store, type TestStore } from "../../support/stores.ts"
import { type Campaign, type Case, runCases } from "../campaign.ts"
import { text } from "node:stream/consumers"
import { chance } from "../chance.ts"
import type { Verdict } from "../tally.ts"
import { type Way, WAYS } from "./ways.ts"

const NAME = "broken-off transfers"
const SMALL = "oci-store-faults/small:latest"
const LARGE = "oci-store-faults/large:latest"
const LINK = "docker/registry/v2/repositories/app/_manifests/tags/v1/current/link"

/** Moments for each way and each store. */
const MOMENTS = { sample: 1, full: 20 }

const STORES = { folder: () => folderStore(), S3: () => s3Store() }

interface Scene {
  readonly engine: PrivateDocker
  readonly store: TestStore
}

/** What is ended, and what must be true however far it came. */
interface Transfer {
  readonly command: "push" | "pull"
  /** Makes everything as it is before. */
  prepare(scene: Scene): Promise<void>
  /** What the transfer changes when it is done, and not before. */
  state(scene: Scene): Promise<string>
  /** What it never changes. */
  rest(scene: Scene): Promise<readonly string[]>
}

const TRANSFERS: readonly Transfer[] = [
  {
    command: "push",
    async prepare({ engine, store }) {
      await removeKeys(store)
      await transfer({ engine, store }, "push", SMALL)
    },
    state: ({ store }) => tagOf(store),
    async rest({ engine, store }) {
      const uploads = (await keysOf(store)).filter((key) => key.includes("/_uploads/"))
      return [...(await namesIn(engine)), ...uploads, ...(await store.leftovers())]
    },
  },
  {
    command: "pull",
    async prepare({ engine, store }) {
      if ((await tagOf(store)) === "") await transfer({ engine, store }, "push", LARGE)
      if ((await namesIn(engine)).includes(LARGE)) await engine.docker("rmi", LARGE)
    },
    state: async ({ engine }) => String((await namesIn(engine)).includes(LARGE)),
    async rest({ engine, store }) {
      const names = (await namesIn(engine)).filter((name) => name !== LARGE)
      return [...names, ...(await keysOf(store)), ...(await store.leftovers())]
    },
  },
]

export const brokenOffTransfers: Campaign = {
  name: NAME,
  async missing() {
    return (await privateDockerMissing()) ?? programsMissing(["versitygw", "script"])
  },
  async run(settings) {
    await using engine = await startPrivateDocker()
    await addImage(engine, SMALL, { layers: [{ bytes: 1000, seed: "small" }] })
    await addImage(engine, LARGE, { layers: [{ bytes: 40_000_000, seed: "large" }] })
    let lost = 0
    for (const [kind, open] of Object.entries(STORES)) {
      await using store = await open()
      for (const work of TRANSFERS) {
        const scene = { engine, store }
        await work.prepare(scene)
        const time = await timed(() => transfer(scene, work.command, LARGE))
        const cases = WAYS.flatMap((way) =>
          Array.from({ length: settings.full ? MOMENTS.full : MOMENTS.sample }, (_, index): Case => {
            const title = `${kind}: ${way.name} in a ${work.command}, ${index}`
            const after = chance(`${settings.seed} ${title}`) * time
            return { title, run: () => breakOff(scene, work, way, after) }
          }),
        )
        lost += await runCases(`${NAME}, ${kind}, ${work.command}`, cases, settings, {
          width: 1,
          limit: 120_000,
        })
      }
    }
    return lost
  },
}

async function breakOff(scene: Scene, work: Transfer, way: Way, after: number): Promise<Verdict> {
  await work.prepare(scene)
  const before = { state: await work.state(scene), rest: await work.rest(scene) }
  const { code, stderr } = await way.endAfter(
    after,
    argsFor(scene.store, scene.engine, work.command, LARGE),
    scene.store.env,
  )
  const isDone = (await work.state(scene)) !== before.state
  const rest = await work.rest(scene)
  // A pull can be broken off when the image has its name already; a push whose tag is written counts as done.
  const codes = isDone ? [0, ...(work.command === "pull" ? [way.code] : [])] : [way.code]
  const lost = [
    ...(code === undefined || codes.includes(code) ? [] : [`exit code ${code}: ${stderr}`]),
    ...rest.filter((each) => !before.rest.includes(each)).map((each) => `leaves ${each}`),
    ...before.rest.filter((each) => !rest.includes(each)).map((each) => `has removed ${each}`),
  ]
  await transfer(scene, work.command, LARGE)
  return { survived: 1, failed: 0, injected: 1, lost, notes: isDone ? ["was done before"] : [] }
}

function argsFor(store: TestStore, engine: PrivateDocker, command: string, image: string): readonly string[] {
  return [...store.backend, command, "--host", engine.host, "--image", image, store.reference("app:v1")]
}

async function transfer({ engine, store }: Scene, command: string, image: string): Promise<void> {
  await succeed(argsFor(store, engine, command, image), store.env)
}

async function tagOf({ driver }: TestStore): Promise<string> {
  const link = (await driver.stat(LINK)) && (await driver.read(LINK))
  return link ? text(link.body) : ""
}

async function removeKeys(store: TestStore): Promise<void> {
  await store.driver.delete(await keysOf(store))
}

async function namesIn(engine: PrivateDocker): Promise<readonly string[]> {
  return (await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).split("\n")
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
