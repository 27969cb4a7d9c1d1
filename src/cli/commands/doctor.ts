/**
 * `doctor`: looks at everything that pushes and pulls rest on, and says what is wrong.
 * @module
 */
import { type Backend, BACKENDS, DEFAULT_BACKEND, flagsOf } from "../backends.ts"
import type { Command } from "../command.ts"
import { secretWarnings } from "../driver-options.ts"
import { examine } from "../examination.ts"
import { writeFindings } from "../findings.ts"
import { DOCTOR_FLAGS } from "../flags.ts"
import { readPatient } from "../patient.ts"
import { isFolder } from "../reference.ts"
import { readTransferFlags } from "../transfer-flags.ts"

/** @param backend left out where the words name it */
export function doctorCommand(backend?: Backend): Command {
  const path = backend ? [backend.name, "doctor"] : ["doctor"]
  const line = path.join(" ")
  const sample = sampleOf(backend)
  return {
    path,
    describe: "Check the Docker daemon, sign-in, store and permissions, and say what is wrong",
    usage: backend
      ? [`${line} [flags] [${backend.container}]`]
      : [`${line} [flags]`, `${line} [flags] <backend> [bucket]`, `${line} [flags] <url>`],
    groups: [DOCTOR_FLAGS, ...(backend ? [backend] : BACKENDS).map(flagsOf)],
    examples: [
      [`${line} ${sample}`, "what pushes and pulls need there"],
      [`${line} --read-only ${sample}`, "the same, without writing and deleting"],
      [line, `Docker, and which credentials ${backend ? "sign in" : "are in sight"}`],
    ],
    operands: backend ? [] : BACKENDS.map(({ name }) => name),
    async run(invocation) {
      const { values, io } = invocation
      const patient = readPatient(invocation, backend)
      const flags = readTransferFlags(invocation)
      const warnings = patient.backend ? secretWarnings(patient.backend, values) : []
      for (const warning of warnings) io.stderr.write(`Warning: ${warning}\n`)
      await writeFindings(examine(invocation, patient, flags), io.stdout, flags)
    },
  }
}

function sampleOf(backend: Backend | undefined): string {
  if (!backend) return `${DEFAULT_BACKEND} my-bucket`
  return isFolder(backend) ? "./images" : `my-${backend.container}`
}
