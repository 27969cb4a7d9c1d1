/**
 * What a driver's options and the environment say about connections.
 * @module
 */
import { readCertificates } from "./certificates.ts"
import type { NetworkSettings } from "./network.ts"
import { type DriverOption, flagOf, type OptionValues, textOf } from "./option.ts"
import { type ProxyEnvironment, readProxies } from "./proxies.ts"

const CA_FILE = "ca-file"

/** @param env the variables that name such a file to the cloud's own tools */
export function caFileOption<const E extends readonly string[]>(env: E) {
  return {
    name: CA_FILE,
    env,
    type: "string",
    describe: "File with certificates of authorities to trust beside the usual ones, in PEM",
  } as const satisfies DriverOption
}

/**
 * Makes no request.
 * @param options of the driver whose values they are
 * @throws MissingOptionError for proxies and files of certificates that cannot be used
 */
export async function readNetwork(
  options: readonly DriverOption[],
  values: OptionValues,
  env: ProxyEnvironment,
): Promise<NetworkSettings> {
  const settings = { proxies: readProxies(env), verify: flagOf(values, "skipverify") !== true }
  const file = textOf(values, CA_FILE)
  if (file === undefined) return settings
  const variables = options.find(({ name }) => name === CA_FILE)?.env ?? []
  return { ...settings, certificates: await readCertificates(file, CA_FILE, variables) }
}
