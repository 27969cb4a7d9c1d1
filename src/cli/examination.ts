/**
 * From the command line to what `doctor` examines, with the same settings as a push or pull would have.
 * @module
 */
import { tmpdir } from "node:os"
import type { IdentityQuestion } from "../doctor/doctor.ts"
import type { StoreQuestion } from "../doctor/store.ts"
import type { Finding } from "../storage/diagnosis.ts"
import { type Backend, BACKENDS } from "./backends.ts"
import type { Invocation } from "./command.ts"
import { driverOptions } from "./driver-options.ts"
import { traceOf } from "./failure.ts"
import { describeCall } from "./open-driver.ts"
import { optionOrigins } from "./option-origins.ts"
import type { Patient } from "./patient.ts"
import { createTalk, type Talk } from "./talk.ts"
import type { TransferFlags } from "./transfer-flags.ts"
import { UsageError } from "./usage-error.ts"
import { Values } from "./values.ts"

/** Findings about daemon and machine, then about the store, or else about who would sign in where. */
export async function* examine(
  invocation: Invocation,
  patient: Patient,
  flags: TransferFlags,
): AsyncGenerator<Finding> {
  const { io, signal } = invocation
  const questions = identityQuestions(invocation, patient)
  const talk = createTalk(flags, (text) => io.stderr.write(`${text}\n`))
  const { examineIdentity, examineMachine, examineStore } = await import("../doctor/doctor.ts")
  const { host, tempDir = tmpdir() } = flags
  const transport = flags.transport === "auto" ? undefined : flags.transport
  yield* told(examineMachine({ host, env: io.env, transport, tempDir }, signal), talk)
  const { location, name } = patient
  const [only] = questions
  if (location === undefined || !only) {
    const findings = await Promise.all(questions.map((question) => examineIdentity(question, signal)))
    yield* told(findings.flat(), talk)
  } else {
    const question = await storeQuestion({ ...only, location, repository: name }, invocation, flags, talk)
    yield* told(examineStore(question, signal), talk)
  }
}

type Findings = AsyncIterable<Finding> | readonly Finding[]

async function* told(findings: Findings, talk: Talk): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    if (finding.error !== undefined) talk.step(traceOf(finding.error))
    yield finding
  }
}

/** @throws UsageError */
function identityQuestions({ values, io }: Invocation, { backend }: Patient): readonly IdentityQuestion[] {
  const ask = (backend: Backend, given: Values): IdentityQuestion => ({
    backend,
    options: driverOptions(backend, given, io.env),
    origins: optionOrigins(backend, given, io.env),
    env: io.env,
    required: given === values,
  })
  if (backend) return [ask(backend, values)]
  for (const { name, options } of BACKENDS) {
    const given = options.find((option) => values.get(option.name) !== undefined)
    if (given) throw new UsageError(`--${given.name} is for a backend: name it, for example 'doctor ${name}'`)
  }
  return BACKENDS.map((each) => ask(each, new Values(new Map())))
}

async function storeQuestion(
  question: IdentityQuestion & Pick<StoreQuestion, "location" | "repository">,
  { values, io }: Invocation,
  { memory, concurrency, verbosity }: TransferFlags,
  talk: Talk,
): Promise<StoreQuestion> {
  const { createMemoryBudget } = await import("../storage/budget.ts")
  const { withLogging } = await import("../storage/with-logging.ts")
  const { backend, location } = question
  const resources = {
    budget: createMemoryBudget(memory),
    concurrency,
    create: false,
    log: talk.step,
    proxyEnv: io.env,
  }
  return {
    ...question,
    readOnly: values.boolean("read-only") ?? false,
    async open(options) {
      const driver = await backend.open(location, options, resources)
      return verbosity < 2 ? driver : withLogging(driver, (call) => talk.request(describeCall(call)))
    },
  }
}
