/**
 * Whether a server would start, without starting it.
 * @module
 */
import { createMemoryBudget } from "../storage/budget.ts"
import { createBcrypt } from "./bcrypt.ts"
import type { Config } from "./config.ts"
import { readIdentity } from "./identity.ts"
import { createRedirect } from "./redirect.ts"
import { openStorage } from "./storage.ts"

/**
 * @param cwd the folder that relative paths start from
 * @returns what was found to be right, in one sentence
 * @throws ConfigError, StorageError, MissingOptionError
 */
export async function checkConfig(config: Config, cwd: string): Promise<string> {
  const { settings, storage } = config
  await using bcrypt = createBcrypt()
  await readIdentity(settings, cwd, bcrypt)
  await using opened = await openStorage(config, {
    cwd,
    budget: createMemoryBudget(settings["server.memory"]),
  })
  await createRedirect(opened, config)
  return `The configuration is valid, and the ${storage.driver.container} '${storage.location}' can be used.`
}
