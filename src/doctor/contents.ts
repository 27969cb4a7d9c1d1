/**
 * Which images lie there, so that one sees that this is the right place; and where they lie instead, if there are none.
 * @module
 */
import { repositoriesRoot, tagsRoot } from "../registry/layout.ts"
import type { Finding } from "../storage/diagnosis.ts"
import { isStorageError } from "../storage/driver.ts"
import type { OptionValues } from "../storage/drivers.ts"
import { firstKey } from "./reach.ts"
import { type Check, skipped } from "./check.ts"
import type { ExaminedStore, StoreQuestion } from "./store.ts"

const TITLE = "Images"

export const CONTENTS_CHECK: Check<ExaminedStore> = {
  title: TITLE,
  needs: ["Settings", "Store"],
  run: checkContents,
}

async function checkContents(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const { question, firstKey: key } = store
  if (!store.mayList) return [skipped(TITLE, "cannot be told, since listing is denied")]
  if (key === undefined) return [(await lookElsewhere(question, signal)) ?? empty()]
  const { repository } = question
  const first = nameIn(key)
  const facts = { first, repository }
  if (repository === undefined) {
    return [{ title: TITLE, level: "ok", text: `there are some, the first is ${first}`, facts }]
  }
  const found = await firstKey(await store.driver(), tagsRoot(repository), signal)
  if (found !== undefined)
    return [{ title: TITLE, level: "ok", text: `${repository} is there, with tags`, facts }]
  const text = `${repository} has no tags here, while other images are here, such as ${first}`
  return [{ title: TITLE, level: "warning", text, facts }]
}

function empty(): Finding {
  return { title: TITLE, level: "ok", text: "none yet" }
}

/** Under other options the same store may have images: then those that were given are probably wrong. */
async function lookElsewhere(question: StoreQuestion, signal: AbortSignal): Promise<Finding | undefined> {
  const { options, backend } = question
  const names = backend.diagnosis?.otherNames
  if (names) {
    const given = options[names.option] === true
    const found = await firstImage(question, { ...options, [names.option]: !given }, signal)
    if (found !== undefined) {
      const advice = `${given ? "leave out" : "pass"} --${names.option}`
      const text = `none under these names, but ${found} under others: ${advice} (${names.remedy})`
      return { title: TITLE, level: "warning", text }
    }
  }
  if (!options["root-dir"]) return undefined
  const found = await firstImage(question, { ...options, "root-dir": undefined }, signal)
  if (found === undefined) return undefined
  const text = `none under ${options["root-dir"]}, but ${found} at the top of the ${backend.container}: is --root-dir right?`
  return { title: TITLE, level: "warning", text }
}

async function firstImage(
  { open }: StoreQuestion,
  options: OptionValues,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await using driver = await open(options)
    const key = await firstKey(driver, repositoriesRoot, signal)
    return key === undefined ? undefined : nameIn(key)
  } catch (error) {
    if (isStorageError(error)) return undefined
    throw error
  }
}

/** A repository's name never has a part that begins with '_'. */
function nameIn(key: string): string {
  return key.slice(repositoriesRoot.length).split("/_", 1)[0] ?? ""
}
