/**
 * Verify: everything that tags need is read once more and compared with what it should be. Nothing is written to the store.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import { repositoriesRoot, tagCurrent } from "../registry/layout.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import { attribute, type Damage, type Dependant, subjectOf } from "./damage.ts"
import { UpkeepError } from "./errors.ts"
import type { OnVerifyEvent } from "./events.ts"
import { subjectsOf } from "./evidence.ts"
import { inspect } from "./inspection.ts"
import { judge } from "./judge.ts"
import type { KnownDigests } from "./known-digests.ts"
import { readLinkText } from "./links.ts"
import { type Scope, tagsIn } from "./roots.ts"
import { createTasks } from "./tasks.ts"

export interface VerifyOptions {
  readonly driver: StorageDriver
  /** Blobs on their way share it. */
  readonly budget: MemoryBudget
  /** Objects looked at at a time. Defaults to 16. */
  readonly concurrency?: number | undefined
  readonly scope: Scope
  /** Look at the blobs' sizes only. */
  readonly quick?: boolean
  /** Blobs whose bytes need not be read again, and where those are noted that were found good now. */
  readonly known?: KnownDigests | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: OnVerifyEvent
}

export interface VerifyResult {
  /** Tags looked at, or 1 for a digest. */
  readonly tags: number
  readonly repositories: number
  readonly damage: readonly Damage[]
}

const CONCURRENCY = 16

/** @throws UpkeepError TAG_ABSENT; StorageError; the signal's reason */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { driver, budget, scope, concurrency = CONCURRENCY, quick = false, known, signal } = options
  const { onEvent = () => undefined } = options
  const tasks = createTasks(concurrency, signal)
  const inspection = inspect({ driver, budget, tasks, quick, known, onEvent, signal })
  const dependants: Dependant[] = []
  const repositories = new Set<RepositoryName>()
  const ofTags = new Map<string, Omit<Damage, "breaks">>()

  function addRoot(label: string, name: RepositoryName, digest: Digest | undefined): void {
    repositories.add(name)
    const { manifests } = inspection.evidence
    function* subjects(): Generator<string> {
      yield subjectOf.tag(label)
      if (digest !== undefined) yield* subjectsOf(manifests, name, digest)
    }
    dependants.push({ label, subjects })
    if (digest !== undefined) inspection.add(name, digest)
    onEvent({ type: "tag", label })
  }

  /** @param isAsked by name, so that it has to be there */
  async function addTag(name: RepositoryName, tag: Tag, isAsked: boolean): Promise<void> {
    const key = tagCurrent(name, tag)
    const label = `${name}:${tag}`
    const named = await readLinkText(driver, key, signal)
    if (named instanceof Error) {
      ofTags.set(subjectOf.tag(label), {
        kind: "corrupt",
        level: "error",
        key,
        text: "the tag names no digest",
      })
    } else if (named === undefined) {
      if (isAsked)
        throw new UpkeepError("TAG_ABSENT", `The store has no tag '${label}'.${await whyNot(options)}`)
      const text = "the tag is listed but names nothing, as an interrupted push leaves it until the next"
      ofTags.set(subjectOf.tag(label), { kind: "missing", level: "warning", key, text })
    }
    addRoot(label, name, named instanceof Error ? undefined : named)
  }

  async function addAll(): Promise<void> {
    let count = 0
    for await (const { name, tag } of tagsIn(driver, scope, signal)) {
      count += 1
      tasks.add(() => addTag(name, tag, false))
    }
    if (count > 0) return
    const why = await whyNot(options)
    if (scope.name !== undefined)
      throw new UpkeepError("TAG_ABSENT", `The store has no tag of '${scope.name}'.${why}`)
    if (why !== "") onEvent({ type: "warning", text: why.trim() })
  }

  tasks.add(async () => {
    const { name, reference } = scope
    if (name === undefined || !reference) await addAll()
    else if (reference.tag !== undefined) await addTag(name, reference.tag, true)
    else addRoot(`${name}@${reference.digest}`, name, reference.digest)
  })
  await tasks.finish()
  const found = new Map([...ofTags, ...judge(inspection.evidence)])
  return {
    tags: dependants.length,
    repositories: repositories.size,
    damage: attribute(found, dependants),
  }
}

/** Why there might be something after all: a blank and a sentence, or nothing. */
async function whyNot({ driver, signal }: VerifyOptions): Promise<string> {
  const why = await driver.explainAbsence?.(repositoriesRoot, { signal })
  return why === undefined ? "" : ` ${why}`
}
