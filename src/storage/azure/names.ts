/**
 * Names of blobs, as one registry or the other gives them. Each sees only its own.
 * @module
 */
import type { AzureDriverOptions } from "./options.ts"

/** What stands before a driver's key: registry 3 has no slash at the start, 2.8 always one and no root directory. */
export function nameStart({
  rootDir = "",
  legacyNames = false,
}: Pick<AzureDriverOptions, "rootDir" | "legacyNames">): string {
  const root = `${rootDir.replace(/\/+$/, "")}/`.replace(/^\/+/, "")
  return legacyNames ? `/${root}` : root
}
