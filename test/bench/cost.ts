/**
 * What operations cost in requests and in money: a push, the same again and a pull of a real image, each counted at the bucket.
 * @module
 */
import { removeImages } from "../support/docker.ts"
import { type CountedRequest, startCountingProxy } from "../support/counting-proxy.ts"
import type { Bench, Row } from "./bench.ts"
import type { Session } from "./contenders/contender.ts"
import { ours } from "./contenders/ours.ts"
import { stockRegistry } from "./contenders/stock-registry.ts"
import { forget, openLab } from "./lab.ts"
import { loadRealImage } from "./real-image.ts"

const IMAGE = "oci-store-bench/cost:v1"

/**
 * Dollars a request, S3 Standard in us-east-1; deleting is free.
 * @see https://aws.amazon.com/s3/pricing/
 */
const WRITE = 0.005 / 1000
const READ = 0.0004 / 1000

interface Bill {
  readonly requests: number
  readonly dollars: number
}

const STEPS = ["push", "push again", "pull"] as const

export const cost: Bench = {
  name: "cost",
  describe: "requests and money for a push, the same again, and a pull",
  quick: false,
  engine: true,
  async run({ say }) {
    const contenders = [ours("oci-store"), stockRegistry]
    const bills: Record<(typeof STEPS)[number], Bill>[] = []
    try {
      for (const contender of contenders) {
        await using lab = await openLab()
        await using proxy = await startCountingProxy(lab.endpoint)
        await loadRealImage(IMAGE)
        await using session = await contender.open(await lab.newPlace(proxy.endpoint))
        proxy.take()
        const bill = async (work: (image: string) => ReturnType<Session["push"]>): Promise<Bill> => {
          await work(IMAGE)
          return billOf(proxy.take())
        }
        const push = await bill(session.push)
        const again = await bill(session.push)
        await forget(IMAGE)
        bills.push({ push, "push again": again, pull: await bill(session.pull) })
        const texts = STEPS.map((step) => `${step} ${bills.at(-1)?.[step].requests}`)
        say(`${contender.name}: requests: ${texts.join(", ")}`)
      }
    } finally {
      await removeImages(IMAGE)
    }
    const [us, them] = bills
    const compare = (what: string, unit: string, of: (bill: Bill) => number): Row[] =>
      STEPS.map((step) => ({
        id: "",
        what: `${step} of 589 MB in four layers, ${what}`,
        unit,
        ours: { contender: "oci-store", runs: us ? [of(us[step])] : [] },
        peer: { contender: stockRegistry.name, runs: them ? [of(them[step])] : [] },
      }))
    return [
      ...compare("requests to the bucket", "requests", ({ requests }) => requests),
      ...compare("a thousand of them", "cents", ({ dollars }) => dollars * 1000 * 100),
    ]
  },
}

function billOf(requests: readonly CountedRequest[]): Bill {
  const dollars = requests.reduce((sum, request) => sum + priceOf(request), 0)
  return { requests: requests.length, dollars }
}

function priceOf({ method, path }: CountedRequest): number {
  if (method === "DELETE") return 0
  const isListing = method === "GET" && /[?&](?:list-type|uploads|prefix|uploadId)/.test(path)
  return method === "PUT" || method === "POST" || isListing ? WRITE : READ
}
