/**
 * What is read from files and may be read again while the server runs: certificate, key and users.
 * @module
 */
import { resolve } from "node:path"
import type { Admit } from "../http/middleware/auth.ts"
import type { TlsIdentity } from "../http/web-server.ts"
import { createAdmission } from "./admission.ts"
import type { Bcrypt } from "./bcrypt.ts"
import { hasUsers } from "./consistency.ts"
import { createFailedLogins } from "./failed-logins.ts"
import { parseHtpasswd } from "./htpasswd.ts"
import type { Settings } from "./schema.ts"
import { readSetting, readTls } from "./tls.ts"
import { createUsers } from "./users.ts"
import { createVerifiedPairs } from "./verified-pairs.ts"

export interface Identity {
  /** Undefined where there are no users: then everybody may do everything. */
  readonly admit: Admit | undefined
  readonly tls: TlsIdentity | undefined
  /**
   * Reads the files again. If anything is wrong with them, everything stays as it was.
   * @returns the certificate to go on with
   * @throws ConfigError
   */
  reload(): Promise<TlsIdentity | undefined>
}

/**
 * @param cwd the folder that relative paths start from
 * @throws ConfigError
 */
export async function readIdentity(settings: Settings, cwd: string, bcrypt: Bcrypt): Promise<Identity> {
  const { "tls.certificate": certificate, "tls.key": key, "auth.htpasswd": htpasswd } = settings

  const readCertificate = async (): Promise<TlsIdentity | undefined> =>
    certificate !== undefined && key !== undefined
      ? readTls({ certificate: resolve(cwd, certificate), key: resolve(cwd, key) })
      : undefined

  const readUsers = async (): Promise<ReturnType<typeof createUsers>> => {
    const file = htpasswd === undefined ? undefined : resolve(cwd, htpasswd)
    const hashes =
      file === undefined ? new Map() : parseHtpasswd(await readSetting("auth.htpasswd", file), file)
    return createUsers(settings["auth.users"], hashes, bcrypt)
  }

  let users = await readUsers()
  const pairs = createVerifiedPairs()
  const admit = createAdmission({
    users: () => users,
    pairs,
    failures: createFailedLogins(),
    anonymousRead: settings["auth.anonymous_read"],
  })
  return {
    admit: hasUsers(settings) ? admit : undefined,
    tls: await readCertificate(),

    async reload() {
      const [identity, read] = await Promise.all([readCertificate(), readUsers()])
      users = read
      pairs.clear()
      return identity
    },
  }
}
