/**
 * Users: their passwords, and what they may do.
 * @module
 */
import { timingSafeEqual } from "node:crypto"
import type { Access, Action } from "../http/env.ts"
import { fingerprint } from "../http/middleware/auth.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { Bcrypt } from "./bcrypt.ts"
import type { UserSetting } from "./kinds.ts"
import { matcher } from "./patterns.ts"

export interface User {
  readonly name: string
  readonly verify: (password: string) => Promise<boolean>
  readonly may: Access
}

/** A hash that no password has, for users that there are not: they take as long as others. */
const NOBODY = `$2b$10$${"a".repeat(21)}u${"A".repeat(31)}`

/**
 * @param hashes of the htpasswd file, by user; what the configuration says of the same user applies to them
 */
export function createUsers(
  settings: readonly UserSetting[],
  hashes: ReadonlyMap<string, string>,
  bcrypt: Bcrypt,
): (name: string) => User {
  const configured = settings.map((setting) => userOf(setting, hashes.get(setting.username), bcrypt))
  const others = [...hashes]
    .filter(([name]) => !settings.some(({ username }) => username === name))
    .map(([username, hash]) => userOf({ username, access: "write" }, hash, bcrypt))
  const users = new Map([...configured, ...others].map((user) => [user.name, user]))
  const needsBcrypt = hashes.size > 0 || settings.some(({ password_hash: hash }) => hash !== undefined)

  const nobody = (name: string): User => ({
    name,
    async verify(password) {
      if (needsBcrypt) await bcrypt.compare(password, NOBODY)
      return false
    },
    may: () => false,
  })
  return (name) => users.get(name) ?? nobody(name)
}

function userOf(setting: UserSetting, fileHash: string | undefined, bcrypt: Bcrypt): User {
  const { username, password, password_hash: hash = fileHash, access, repositories = ["**"] } = setting
  const actions: readonly Action[] = access === "write" ? ["pull", "push", "delete"] : ["pull"]
  const isIncluded = matcher(repositories)
  const expected = fingerprint(password ?? "")
  return {
    name: username,
    async verify(given) {
      if (password !== undefined) return timingSafeEqual(fingerprint(given), expected)
      return hash !== undefined && bcrypt.compare(given, hash)
    },
    may: (name: RepositoryName, action: Action) => actions.includes(action) && isIncluded(name),
  }
}
