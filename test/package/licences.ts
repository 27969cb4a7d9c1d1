/**
 * The licences that what oci-store needs may be under: none asks for more than to be passed on with its notice. What comes under
 * another one is refused until somebody has read it, and added it here.
 * @module
 */
import type { Dependency } from "./dependencies.ts"

/** SPDX identifiers; SECURITY.md names them too. */
export const LICENCES = ["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "Unlicense"]

/** `name@version: licence` of those under any other licence, or that name none. */
export function otherLicences(dependencies: readonly Dependency[]): readonly string[] {
  return dependencies
    .filter(({ licences }) => licences.length === 0 || !licences.every((each) => LICENCES.includes(each)))
    .map(({ name, version, licences }) => `${name}@${version}: ${licences.join(", ") || "none"}`)
}
