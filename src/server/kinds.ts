/**
 * What a value of each kind of setting looks like. The messages say what is allowed and follow on "<key> is".
 * @module
 */
import { z } from "zod"
import { parseBytes, parseDuration } from "../options/quantities.ts"
import { describeRange, isWithin } from "../options/range.ts"
import type { DriverOption } from "../storage/drivers.ts"
import { isPattern } from "./patterns.ts"

const text = z.string({ error: "text" }).trim().min(1, { error: "text that is not empty" })

/** From the environment everything comes as text. */
const boolean = z.union([z.boolean(), z.stringbool({ truthy: ["true", "1"], falsy: ["false", "0"] })], {
  error: "true or false",
})

const count = read("a whole number from 1 on", (value) =>
  /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined,
)

const port = read("a port from 0 to 65535", (value) =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65535 ? Number(value) : undefined,
)

/** A server's, so nothing that belongs to one request or one user. */
const url = z
  .url({ protocol: /^https?$/, error: "an address such as https://s3.example.com" })
  .refine((text) => /^[^?#@]*$/.test(text), { error: "an address without user, query and fragment" })

const size = read("a size such as 96MiB, 100MB or plain bytes, 16MiB at least", (value) => {
  const bytes = parseBytes(value)
  return bytes !== undefined && bytes >= LEAST_MEMORY ? bytes : undefined
})

/** Bytes: below this, not even one part of an upload fits. */
const LEAST_MEMORY = 16 * 2 ** 20

/** Milliseconds that a timer can count. */
const LONGEST = 2 ** 31 - 1

const duration = read("a duration such as 30s, 2m or 1h30m, three weeks at most", (value) => {
  const milliseconds = parseDuration(value)
  return milliseconds !== undefined && milliseconds <= LONGEST ? milliseconds : undefined
})

const user = z.strictObject(
  {
    username: text.refine((name) => !name.includes(":"), { error: "a name without ':'" }),
    password: z
      .string({ error: "text, in quotes if it looks like a number" })
      .min(1, { error: "not empty" })
      .optional(),
    password_hash: z
      .string()
      .refine(isBcryptHash, { error: "a bcrypt hash, as `oci-store hash-password` prints it" })
      .optional(),
    access: z.enum(["read", "write"], { error: "read or write" }).default("write"),
    repositories: z
      .array(z.string().refine(isPattern, { error: "a pattern such as team/app, team/* or **" }), {
        error: "a list of patterns",
      })
      .optional(),
  },
  { error: "a user with at least a username" },
)

const registry = z.strictObject({ name: text, url: z.url({ error: "a URL" }) }, { error: "a name and a url" })

export const KINDS = {
  text,
  boolean,
  count,
  port,
  size,
  duration,
  url,
  choice: text,
  file: text,
  users: z.array(user, { error: "a list of users" }),
  registries: z.array(registry, { error: "a list of registries" }),
  option: z.unknown(),
} as const

const QUANTITIES = {
  number: (value: string) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
  bytes: parseBytes,
  duration: parseDuration,
} as const

/** A driver's option, as the command line would take it. */
export function optionKind(option: DriverOption): z.ZodType {
  const { type, choices } = option
  if (type === "boolean") return boolean
  if (type === "string") return choices ? z.enum([...choices], { error: describeRange(option) }) : text
  return read(describeRange(option), (value) => {
    const quantity = QUANTITIES[type](value)
    return quantity !== undefined && isWithin(option, quantity) ? quantity : undefined
  })
}

export type SettingKind = keyof typeof KINDS

export type KindValue<K extends SettingKind> = z.infer<(typeof KINDS)[K]>

export type UserSetting = KindValue<"users">[number]

export function isBcryptHash(text: string): boolean {
  return /^\$2[aby]\$(?:0[4-9]|1\d)\$[./A-Za-z0-9]{53}$/.test(text)
}

/** A number or text that `parse` makes something of. */
function read(expected: string, parse: (text: string) => number | undefined) {
  return z.union([z.string(), z.number()], { error: expected }).transform((value, context) => {
    const parsed = parse(String(value).trim())
    if (parsed !== undefined) return parsed
    context.issues.push({ code: "custom", message: expected, input: value })
    return z.NEVER
  })
}
