/**
 * `--platform os/arch[/variant]`.
 * @module
 */
import type { Platform } from "../oci/descriptor.ts"
import { UsageError } from "./usage-error.ts"

/** Names that other tools print for what images call by Go's names. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", x64: "amd64", aarch64: "arm64" }

/** @throws UsageError */
export function parsePlatform(text: string): Platform {
  const [os = "", given = "", variant, ...rest] = text.toLowerCase().split("/")
  const parts = [os, given, ...(variant === undefined ? [] : [variant])]
  if (rest.length > 0 || !parts.every((part) => /^[a-z0-9_.-]+$/.test(part))) {
    throw new UsageError(`--platform '${text}' is not of the form os/arch[/variant], for example linux/arm64`)
  }
  return { os, architecture: ARCHITECTURES[given] ?? given, ...(variant !== undefined && { variant }) }
}
