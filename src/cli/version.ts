/**
 * The version of this package.
 * @module
 */
import { readFileSync } from "node:fs"
import { isRecord } from "../oci/descriptor.ts"

/** As deep below package.json in src/ as in dist/. */
const PACKAGE = new URL("../../package.json", import.meta.url)

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(PACKAGE, "utf8"))
  return isRecord(manifest) ? String(manifest["version"]) : "unknown"
}
