/**
 * What never goes through a proxy, against libraries that look into the environment of the process themselves: the metadata servers,
 * which give a cloud's machines their credentials. What does go through one, drivers are told.
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 * @module
 */

const METADATA = ["metadata.google.internal", "169.254.169.254"]

/** Variables that put another server, such as a test's, in Google's place. */
const REPLACEMENTS = ["GCE_METADATA_HOST", "GCE_METADATA_IP"]

const PROXIES = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]

/** Changes the environment itself, since that is where Google's library looks, and Node's agent for whoever brings none. */
export function keepMetadataDirect(env: Record<string, string | undefined>): void {
  if (!PROXIES.some((name) => env[name])) return
  const replaced = REPLACEMENTS.flatMap((name) => env[name]?.replace(/:\d+$/, "") ?? [])
  const list = [env["no_proxy"] || env["NO_PROXY"] || [], METADATA, replaced].flat().join(",")
  env["NO_PROXY"] = list
  env["no_proxy"] = list
  // With NODE_USE_ENV_PROXY it has been made already, with the list as it was. Loaded here alone: most commands need no HTTP.
  const http = process.getBuiltinModule("node:http")
  http.globalAgent = new http.Agent({ keepAlive: true, timeout: 5000 })
}
