/**
 * From what was seen to what is wrong with it.
 * @module
 */
import { type Damage, subjectOf } from "./damage.ts"
import type { Evidence, SeenData, SeenLink } from "./evidence.ts"

type Judgement = Omit<Damage, "breaks">

/** By what they befall. */
export function judge(evidence: Evidence): Map<string, Judgement> {
  return new Map([
    ...[...evidence.data].flatMap(([subject, seen]) => judgeData(evidence, subject, seen)),
    ...[...evidence.links].flatMap(([subject, seen]) => judgeLink(evidence, subject, seen)),
  ])
}

type Judged = readonly (readonly [subject: string, damage: Judgement])[]

function judgeData(evidence: Evidence, subject: string, seen: SeenData): Judged {
  const { key, digest, state, unreadable } = seen
  const role = evidence.roles.get(digest) ?? "blob"
  const damage = (kind: Damage["kind"], text: string): Judgement => ({
    kind,
    level: levelOf(evidence, seen),
    key,
    digest,
    text: `the ${role} ${text}`,
  })
  if (!state) {
    const follows = role.startsWith("manifest of ") ? ", so that platform cannot be pulled" : ""
    return [[subject, damage("missing", `is missing${follows}`)]]
  }
  const wrong = [...(evidence.sizes.get(subject) ?? [])].filter((size) => size !== state.size)
  const text = (size: number | undefined) => `has ${state.size} bytes, not ${size}`
  if (unreadable !== undefined) return [[subject, damage("corrupt", unreadable)]]
  if (state.actual !== undefined && state.actual !== digest) {
    return wrong.length > 0
      ? [[subject, damage("size", text(wrong[0]))]]
      : [[subject, damage("corrupt", `is corrupt: its bytes hash to ${state.actual}`)]]
  }
  // The bytes may be right and one manifest wrong about them: then they are wrong for that one only.
  return wrong.map((size) => [subjectOf.size(digest, size), damage("size", text(size))] as const)
}

/** What is no manifest of a platform or a tag is not pulled by daemons; if it is there, it has to be right all the same. */
function levelOf({ needed, roles }: Evidence, { digest, state }: SeenData): Damage["level"] {
  return roles.get(digest) === "attestation" && !state && !needed.has(digest) ? "warning" : "error"
}

function judgeLink(
  { data, roles }: Evidence,
  subject: string,
  { key, digest, state, data: linked }: SeenLink,
): Judged {
  if (state.is === "good") return []
  const common = { key, ...(digest && { digest }) }
  if (state.is === "wrong")
    return [[subject, { ...common, kind: "corrupt", level: "error", text: state.text }]]
  // Of what is gone itself, the link is not missed: whatever brings it back writes both.
  if (linked !== undefined && !data.get(linked)?.state) return []
  const missing = { ...common, kind: "unlinked" } as const
  if (digest === undefined) return [[subject, { ...missing, level: "warning", text: UNCOLLECTABLE }]]
  const text = `the repository's link to the ${roles.get(digest) ?? "blob"} is missing, by which registries find it`
  return [[subject, { ...missing, level: "error", text }]]
}

/** An index of nothing, pushed by a stock registry, makes such a repository: it is served all the same. */
const UNCOLLECTABLE =
  "the repository has manifests and not a single layer link, so registries' garbage collection gives up over it or removes what it has"
