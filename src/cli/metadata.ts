/**
 * Google's library asks the metadata server, which gives a cloud's machines their credentials, in its own way: through whatever
 * proxy the environment of the process names, unless `NO_PROXY` names that server. No proxy ever leads there.
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 * @module
 */

const HOSTS = ["metadata.google.internal", "169.254.169.254"]

/** Variables that put another server, such as a test's, in its place. */
const REPLACEMENTS = ["GCE_METADATA_HOST", "GCE_METADATA_IP"]

const PROXIES = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]

/** Changes the environment itself, since that is where the library looks. */
export function keepMetadataDirect(env: Record<string, string | undefined>): void {
  if (!PROXIES.some((name) => env[name])) return
  const replaced = REPLACEMENTS.flatMap((name) => env[name]?.replace(/:\d+$/, "") ?? [])
  const list = [env["no_proxy"] || env["NO_PROXY"] || [], HOSTS, replaced].flat().join(",")
  env["NO_PROXY"] = list
  env["no_proxy"] = list
}
