/**
 * A hostile bucket: pushes and pulls while each request has a chance to be answered badly, and while one chosen request is, or all
 * of its kind are.
 * @module
 */
import type { Cloud } from "../../support/clouds/cloud.ts"
import type { Fault, FaultPlan } from "../../support/fault-proxy.ts"
import { type Campaign, type Case, runCases, type Settings } from "../campaign.ts"
import { chance, pick, sample } from "../chance.ts"
import { runTransfers, type Transfers } from "./case.ts"
import { type Kind, kindOf } from "./kinds.ts"
import { lastingFaults, menuOf, type NamedFault } from "./menu.ts"
import { type Service, SERVICES, type Shape, SHAPES } from "./transfers.ts"

type CloudName = Cloud["name"]

/** What is common to the cases: each way to push, each way to serve. */
interface Setting {
  readonly shape: Shape
  readonly service: Service
  readonly large: boolean
}

const SETTINGS: readonly Setting[] = SHAPES.flatMap((shape) =>
  (Object.keys(SERVICES) as Service[]).flatMap((service) =>
    [false, true].map((large) => ({ shape, service, large })),
  ),
)

/** A large layer that goes ahead while it comes: only where the process that it comes to also ends the upload. */
const SLOW: Setting = { shape: "slow", service: "ephemeral", large: true }

/** Cases of each sort in the short run; the whole has as many as there are, and of those by chance so many. */
const SHORT = { random: 10, ahead: 3, single: 24, lasting: 5 }
const WHOLE = { random: 150, ahead: 40 }

/** The share of requests that something happens to. Half of them is past what anybody should survive. */
const RATES = [0.1, 0.1, 0.1, 0.5]

export function hostileBucket(cloud: Cloud): Campaign {
  const name = `hostile bucket, ${cloud.name}`
  return {
    name,
    waits: true,
    missing: () => cloud.missing(),
    async run(settings) {
      await using server = await cloud.start()
      let number = 0
      const all = transfersOf(cloud.name, settings).map((transfers): Case => {
        number += 1
        const own = number
        return { title: transfers.title, run: () => runTransfers(server, own, transfers) }
      })
      return await runCases(name, all, settings, { width: 8, limit: 600_000 })
    },
  }
}

function transfersOf(cloud: CloudName, { seed, full }: Settings): readonly Transfers[] {
  const about = `${seed} ${cloud}`
  const take = <T>(sort: keyof typeof SHORT, items: readonly T[]): readonly T[] =>
    full ? items : sample(items, SHORT[sort], `${about} ${sort}`)
  const many = full ? WHOLE : SHORT
  const random = Array.from({ length: many.random }, (_, index) => {
    const title = `${about} random ${index}`
    return randomCase(cloud, title, index, pick(SETTINGS, `${title} setting`))
  })
  const ahead = Array.from({ length: many.ahead }, (_, index) =>
    randomCase(cloud, `${about} ahead ${index}`, index, SLOW),
  )
  // Those that wait the longest first: for a byte, two minutes.
  return [
    ...(full ? stalls(cloud, about) : []),
    ...take("lasting", lasting(cloud, about)),
    ...random,
    ...ahead,
    ...take("single", singles(cloud, about)),
  ]
}

function randomCase(cloud: CloudName, about: string, index: number, setting: Setting): Transfers {
  const rate = RATES[index % RATES.length] ?? 0
  const plan = (what: string): FaultPlan => {
    const times = new Map<string, number>()
    return (request) => {
      const kind = kindOf(cloud, request)
      // Not by what differs from run to run: ids of uploads and sessions.
      const subject = `${about} ${what} ${kind} ${request.url.split("?", 1)[0]}`
      const time = (times.get(subject) ?? 0) + 1
      times.set(subject, time)
      if (chance(`${subject} ${time}`) >= rate) return undefined
      const where = chance(`${subject} ${time} where`)
      return pick(menuOf(cloud, kind, where), `${subject} ${time} fault`).fault
    }
  }
  return {
    ...setting,
    cloud,
    title: `${about}, ${rate * 100} %`,
    pushPlan: plan("push"),
    pullPlan: plan("pull"),
    mayLeave: lostBegins(cloud),
  }
}

/** How many requests of a kind a push and its pull make at least. */
const OCCURRENCES: Readonly<Partial<Record<Kind, number>>> = {
  begin: 1,
  part: 2,
  complete: 1,
  abort: 2,
  put: 4,
  read: 4,
  stat: 2,
  list: 1,
}
const OF_LARGE_LAYERS: ReadonlySet<Kind> = new Set(["begin", "part", "complete", "abort"])

interface Occurrence {
  readonly kind: Kind
  readonly nth: number
}

/** @param most of each kind */
function occurrences(cloud: CloudName, most: number): readonly Occurrence[] {
  // A session of Google's is begun, and its last chunk completes it; Azure's blocks need neither beginning nor end.
  const absent: readonly string[] = { s3: [], gcs: ["complete"], azure: ["begin", "abort"] }[cloud]
  return (Object.entries(OCCURRENCES) as [Kind, number][])
    .filter(([kind]) => !absent.includes(kind))
    .flatMap(([kind, times]) =>
      Array.from({ length: Math.min(times, most) }, (_, index) => ({ kind, nth: index + 1 })),
    )
}

/** What fails an upload of several requests, so that it is aborted. */
function failing(cloud: CloudName): (kind: Kind, times: number) => Fault | undefined {
  const [denied] = lastingFaults(cloud)
  return (kind, times) => (kind === "part" && times > 1 ? denied?.fault : undefined)
}

/** Each fault once, at the n-th request of each kind. */
function singles(cloud: CloudName, about: string): readonly Transfers[] {
  return occurrences(cloud, 4).flatMap((occurrence) =>
    SETTINGS.filter(({ large }) => large || !OF_LARGE_LAYERS.has(occurrence.kind)).flatMap((setting) => {
      const where = chance(`${about} ${occurrence.kind} ${occurrence.nth} ${setting.shape}`)
      const faults = menuOf(cloud, occurrence.kind, where)
      return faults.map((fault) => atNth(cloud, setting, occurrence, fault, false))
    }),
  )
}

/** A fault that stays, from the n-th request of a kind on. */
function lasting(cloud: CloudName, about: string): readonly Transfers[] {
  return occurrences(cloud, 2).flatMap((occurrence) =>
    lastingFaults(cloud).map((fault) => {
      const settings = SETTINGS.filter(({ large }) => large || !OF_LARGE_LAYERS.has(occurrence.kind))
      const setting = pick(settings, `${about} ${occurrence.kind} ${occurrence.nth} ${fault.name}`)
      return atNth(cloud, setting, occurrence, fault, true)
    }),
  )
}

/** Silence, once at each kind of request and once within a body. */
function stalls(cloud: CloudName, about: string): readonly Transfers[] {
  const large = SETTINGS.filter(({ large }) => large)
  const silences = occurrences(cloud, 1)
    .filter(({ kind }) => kind !== "abort")
    .map((occurrence) => ({ occurrence, name: "stall", fault: { stall: "before forwarding" } as const }))
  const within = { kind: "read", nth: 4 } as const
  return [
    ...silences,
    { occurrence: within, name: "stall in the body", fault: { stall: "in the answer" } as const },
  ].map(({ occurrence, name, fault }) =>
    atNth(cloud, pick(large, `${about} ${name} ${occurrence.kind}`), occurrence, { name, fault }, false),
  )
}

function atNth(
  cloud: CloudName,
  setting: Setting,
  { kind, nth }: Occurrence,
  { name, fault }: NamedFault,
  stays: boolean,
): Transfers {
  const plan = (): FaultPlan => {
    const seen = new Map<Kind, number>()
    const otherwise = kind === "abort" ? failing(cloud) : () => undefined
    return (request) => {
      const its = kindOf(cloud, request)
      const times = (seen.get(its) ?? 0) + 1
      seen.set(its, times)
      const isMeant = its === kind && (stays ? times >= nth : times === nth)
      return isMeant ? fault : otherwise(its, times)
    }
  }
  const { shape, service, large } = setting
  return {
    ...setting,
    cloud,
    title: `${cloud} ${shape} ${service}${large ? " large" : ""}: ${name} at ${kind} ${nth}${stays ? " and on" : ""}`,
    pushPlan: plan(),
    pullPlan: plan(),
    mayLeave: kind === "abort" && stays ? () => 1 : lostBegins(cloud),
  }
}

/** Whose answer is lost has begun an upload that nobody can abort. */
function lostBegins(cloud: CloudName): (faults: readonly Fault[]) => number {
  if (cloud !== "s3") return () => 0
  return (faults) =>
    faults.filter((fault) => ("status" in fault && fault.afterForwarding) || "reset" in fault).length
}
