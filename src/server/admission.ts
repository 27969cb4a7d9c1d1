/**
 * Lets clients in: who they say they are, whether that is true, and what they may do then.
 * @module
 */
import type { Access } from "../http/env.ts"
import { type Admit, type Credentials, unauthorized } from "../http/middleware/auth.ts"
import type { FailedLogins } from "./failed-logins.ts"
import type { User } from "./users.ts"
import type { VerifiedPairs } from "./verified-pairs.ts"

export interface AdmissionOptions {
  /** Asked anew each time, for the users may be read again. */
  readonly users: () => (name: string) => User
  readonly pairs: VerifiedPairs
  readonly failures: FailedLogins
  /** Whoever sends no credentials may pull. */
  readonly anonymousRead: boolean
}

export function createAdmission({ users, pairs, failures, anonymousRead }: AdmissionOptions): Admit {
  const anonymous: Access = (_name, action) => {
    if (anonymousRead && action === "pull") return true
    throw unauthorized()
  }

  async function verify({ username, password }: Credentials, address: string): Promise<User> {
    failures.check(address, username)
    const user = users()(username)
    const isRight = await pairs.check(username, password, () => user.verify(password))
    if (isRight) return user
    failures.add(address, username)
    throw unauthorized("wrong user or password")
  }

  return async function admit(credentials, address = "") {
    if (!credentials) return { access: anonymous }
    const { name, may } = await verify(credentials, address)
    return { user: name, access: may }
  }
}
