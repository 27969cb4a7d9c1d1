/**
 * Everything that a push or pull rests on, looked at in the order in which it is needed.
 * @module
 */
import { type Finding, failureOf, type Question } from "../storage/diagnosis.ts"
import type { DriverEntry } from "../storage/drivers.ts"
import { STORE_CHECK, silentStore } from "./reach.ts"
import { type Limits, runChecks, skipped } from "./check.ts"
import { CLOCK_CHECK } from "./clock.ts"
import { CONDITIONS_CHECK } from "./conditions.ts"
import { CONTENTS_CHECK } from "./contents.ts"
import { DOCKER_CHECKS, type DockerSubject, silentDaemon } from "./docker.ts"
import { DELETE_CHECK, READ_CHECK, WRITE_CHECK } from "./permissions.ts"
import { SETTINGS_CHECK, slowSignIn } from "./settings.ts"
import { STALE_CHECK } from "./stale.ts"
import { ExaminedStore, type StoreQuestion } from "./store.ts"
import { TEMPORARY_CHECK } from "./temporary.ts"

/** Seconds for one check. */
const PATIENCE = { docker: 10, credentials: 10, store: 30 } as const

const STORE_CHECKS = [
  SETTINGS_CHECK,
  STORE_CHECK,
  WRITE_CHECK,
  READ_CHECK,
  CONDITIONS_CHECK,
  DELETE_CHECK,
  CLOCK_CHECK,
  STALE_CHECK,
  CONTENTS_CHECK,
]

export type MachineQuestion = DockerSubject & { readonly tempDir: string }

/** The daemon and this machine. */
export async function* examineMachine(
  question: MachineQuestion,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const tooSlow = () => silentDaemon(question, PATIENCE.docker)
  const limits: Limits = { signal, seconds: PATIENCE.docker, tooSlow }
  yield* runChecks<MachineQuestion>([...DOCKER_CHECKS, TEMPORARY_CHECK], question, limits)
}

/** One store. What was written there to try is gone afterwards, unless the findings say so. */
export async function* examineStore(question: StoreQuestion, signal: AbortSignal): AsyncGenerator<Finding> {
  await using store = new ExaminedStore(question)
  const tooSlow = (title: string) =>
    (title === SETTINGS_CHECK.title ? slowSignIn : silentStore)(question, PATIENCE.store)
  yield* runChecks(STORE_CHECKS, store, { signal, seconds: PATIENCE.store, tooSlow })
}

export type IdentityQuestion = Omit<Question, "signal" | "location"> & { readonly backend: DriverEntry }

/** Who would ask, where no store was named. Backends that nobody has to sign in at have nothing to say. */
export async function examineIdentity(
  question: IdentityQuestion,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { backend } = question
  const title = `${backend.name} sign-in`
  const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE.credentials * 1000)])
  try {
    const findings = (await backend.diagnosis?.explain({ ...question, signal: either })) ?? []
    return findings.map((finding) => ({ ...finding, title }))
  } catch (error) {
    signal.throwIfAborted()
    if (either.aborted) return [skipped(title, `not found out within ${PATIENCE.credentials} s`)]
    return [failureOf(title, error)]
  }
}
