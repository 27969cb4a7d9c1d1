/**
 * Pull by the daemon itself, from a registry on our loopback interface.
 * @module
 */
import { isZstd } from "../../archive/decompress.ts"
import type { Registry } from "../../registry/registry.ts"
import { findPlatformImage, manifestsOf } from "../archive/platform-image.ts"
import type { EphemeralRegistry } from "../ephemeral-registry.ts"
import type { BlobTally } from "../events.ts"
import { withLoopbackName } from "../loopback-name.ts"
import type { PullOptions } from "../pull.ts"
import { either, openRegistry } from "../transfer.ts"
import { loadFrom, readsZstd } from "./archive-pull.ts"
import type { PullSource, PullTransport } from "./transport.ts"

export async function openRegistryPull(options: PullOptions, tally: BlobTally): Promise<PullTransport> {
  const ephemeral = await openRegistry(options, { repositories: [options.name], access: "pull" }, tally)
  return {
    registry: ephemeral.registry,
    failed: ephemeral.failed,
    async pull(source) {
      if (await hasUnreadableLayers(ephemeral.registry, source, options)) {
        const text = "The daemon reads no zstd: the layers are unpacked here, and loaded as an archive"
        options.onEvent?.({ type: "step", text })
        await loadFrom(ephemeral.registry, source, options)
      } else await pullImage(ephemeral, source, options)
    },
    [Symbol.asyncDispose]: () => ephemeral[Symbol.asyncDispose](),
  }
}

async function hasUnreadableLayers(
  registry: Registry,
  { name, digest }: PullSource,
  { engine, platform = engine.info.platform, signal }: PullOptions,
): Promise<boolean> {
  if (readsZstd(engine.info)) return false
  const { manifest } = await findPlatformImage(manifestsOf(registry, name, signal), digest, platform)
  return manifest.layers.some(({ mediaType }) => isZstd(mediaType))
}

async function pullImage(
  { address, credentials, failed, registry }: EphemeralRegistry,
  source: PullSource,
  options: PullOptions,
): Promise<void> {
  const { name, reference, digest, image } = source
  const { engine, platform, signal, keepName = false, onEvent = () => undefined } = options
  const repository = `${address}/${name}`
  const loopback = {
    name: reference.tag === undefined ? `${repository}@${digest}` : `${repository}:${reference.tag}`,
    keep: keepName,
    last: "remove",
    makes: await newImage(registry, source, options),
    onEvent,
  } as const
  onEvent({ type: "step", text: `The daemon pulls ${loopback.name}` })
  await withLoopbackName(engine, loopback, async () => {
    const login = { ...credentials, serverAddress: address }
    const cancel = { signal: either(signal, failed), platform }
    const pulling = engine.pullImage(repository, reference.tag ?? digest, login, cancel)
    for await (const progress of pulling) onEvent({ type: "engine", progress })
    await engine.tagImage(loopback.name, image.repository, image.tag, { signal })
  })
}

/** Id of the image that the daemon is about to make, where that is an image of the classic store, and new to it. */
async function newImage(
  registry: Registry,
  { name, digest }: PullSource,
  { engine, platform = engine.info.platform, signal }: PullOptions,
): Promise<string | undefined> {
  if (engine.info.store !== "classic") return undefined
  try {
    const { manifest } = await findPlatformImage(manifestsOf(registry, name, signal), digest, platform)
    const id = manifest.config.digest
    return (await engine.inspectImage(id, { signal })) ? undefined : id
  } catch {
    // What is wrong is told by the pull itself.
    return undefined
  }
}
