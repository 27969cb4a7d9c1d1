/**
 * Files of users as `htpasswd -B` writes them.
 * @module
 */
import { ConfigError } from "./errors.ts"
import { isBcryptHash } from "./kinds.ts"

/**
 * @param name of the file, for messages
 * @returns bcrypt hashes by user
 * @throws ConfigError
 */
export function parseHtpasswd(text: string, name: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue
    const [, username = "", hash = ""] = /^([^:]+):(.*?)\s*$/.exec(line) ?? []
    if (username === "" || !isBcryptHash(hash)) {
      throw new ConfigError(
        `Line ${index + 1} of ${name} is no user with a bcrypt hash: 'htpasswd -B ${name} USER' writes such lines`,
      )
    }
    users.set(username, hash)
  }
  return users
}
