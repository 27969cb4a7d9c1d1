/**
 * `hash-password`: a password as a server's configuration wants it.
 * @module
 */
import type { Command } from "../command.ts"
import { UsageError } from "../usage-error.ts"

export function hashPasswordCommand(): Command {
  return {
    path: ["hash-password"],
    describe: "Read a password and print its bcrypt hash, for password_hash in a server's configuration",
    usage: ["hash-password"],
    groups: [],
    examples: [
      ["hash-password", "asks for the password"],
      ["hash-password < password.txt", "the file's first line"],
    ],
    operands: [],
    async run({ words, io }) {
      if (words.length > 0)
        throw new UsageError("The password comes from standard input, not from the command line")
      const password = await io.readSecret("Password: ")
      if (password === "") throw new UsageError("The password on standard input is empty")
      const { hashPassword, PASSWORD_LIMIT } = await import("../../server/bcrypt.ts")
      if (Buffer.byteLength(password) > PASSWORD_LIMIT) {
        throw new UsageError(`bcrypt takes passwords of ${PASSWORD_LIMIT} bytes at most`)
      }
      io.stdout.write(`${await hashPassword(password)}\n`)
    },
  }
}
