/**
 * Where the store is and who asks, as its backend explains it, before anything is asked of it.
 * @module
 */
import { failureOf, type Finding } from "../storage/diagnosis.ts"
import { StorageError } from "../storage/driver.ts"
import type { Check } from "./check.ts"
import type { ExaminedStore } from "./store.ts"

export const SETTINGS_CHECK: Check<ExaminedStore> = {
  title: "Settings",
  async run({ question }, signal) {
    try {
      const explained = await question.backend.diagnosis?.explain({ ...question, required: true, signal })
      return [...(explained ?? []), ...describeRoot(question)]
    } catch (error) {
      signal.throwIfAborted()
      return [failureOf("Options", error)]
    }
  },
}

/** For a place to look for credentials that says nothing. */
export function slowSignIn({ backend }: ExaminedStore["question"], seconds: number): StorageError {
  const sentence = `Looking for credentials takes longer than ${seconds} s: name them by a flag or a variable.`
  return new StorageError("CREDENTIALS", sentence, { driver: backend.name })
}

function describeRoot({ backend, options, origins }: ExaminedStore["question"]): readonly Finding[] {
  if (!backend.options.some(({ name }) => name === "root-dir")) return []
  const root = options["root-dir"]
  const text =
    typeof root === "string" && root !== ""
      ? `keys are below ${root}, from ${origins["root-dir"] ?? "the options"}`
      : `none: keys start with docker/registry/v2/`
  return [{ title: "Root directory", level: "ok", text, facts: { rootDir: root } }]
}
