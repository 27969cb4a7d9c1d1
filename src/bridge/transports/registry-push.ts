/**
 * Push by the daemon itself, to a registry on our loopback interface.
 * @module
 */
import { formatPlatform } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import type { EphemeralRegistry } from "../ephemeral-registry.ts"
import { TransferError } from "../errors.ts"
import type { BlobTally } from "../events.ts"
import type { FoundImage } from "../local-image.ts"
import { withLoopbackName } from "../loopback-name.ts"
import { platformsApart, putIndex } from "../partial-index.ts"
import type { PushTarget } from "../publish.ts"
import type { PushOptions } from "../push.ts"
import { either, openRegistry } from "../transfer.ts"
import type { PushTransport } from "./transport.ts"

export async function openRegistryPush(options: PushOptions, tally: BlobTally): Promise<PushTransport> {
  const repositories = options.targets.map(({ name }) => name)
  const { force = false, immutableTags = false } = options
  const visible = { repositories, access: "push", rewrite: force, immutableTags } as const
  const ephemeral = await openRegistry(options, visible, tally)
  return {
    registry: ephemeral.registry,
    failed: ephemeral.failed,
    push: (target, image) => pushImage(ephemeral, target, image, options),
    [Symbol.asyncDispose]: () => ephemeral[Symbol.asyncDispose](),
  }
}

/** Gets the image, whole or platform by platform, into the ephemeral registry. */
async function pushImage(
  ephemeral: EphemeralRegistry,
  target: PushTarget,
  image: FoundImage,
  options: PushOptions,
): Promise<Digest> {
  const apart = options.platform ? [] : platformsApart(image)
  if (apart.length === 0) return pushOne(ephemeral, target, image.name, options)
  const text = `An index of ${apart.map(formatPlatform).join(", ")} is pushed in the image's place, without attestations.`
  options.onEvent?.({ type: "warning", text })
  const held = []
  for (const platform of apart) {
    held.push({ platform, digest: await pushOne(ephemeral, target, image.name, { ...options, platform }) })
  }
  return putIndex(ephemeral.registry, target.name, target.tag, held)
}

/** Has the daemon push to the ephemeral registry. Returns the digest that it pushed, or found to be there unchanged. */
async function pushOne(
  { address, credentials, registry, failed }: EphemeralRegistry,
  { name, tag }: PushTarget,
  image: string,
  { engine, platform, signal: interrupted, keepName = false, onEvent = () => undefined }: PushOptions,
): Promise<Digest> {
  const repository = `${address}/${name}`
  const loopback = { name: `${repository}:${tag}`, keep: keepName, last: "keep", onEvent } as const
  onEvent({ type: "step", text: `The daemon pushes ${image} as ${loopback.name}` })
  const signal = either(interrupted, failed)
  let told: Digest | undefined
  await withLoopbackName(engine, loopback, async () => {
    await engine.tagImage(image, repository, tag, { signal })
    const login = { ...credentials, serverAddress: address }
    for await (const progress of engine.pushImage(repository, tag, login, { signal, platform })) {
      if (progress.type === "digest") told = progress.digest
      if (progress.type === "index-replaced") {
        const text = `The daemon does not hold all of the index ${progress.index}: it pushed ${progress.manifest} in its place.`
        onEvent({ type: "warning", text })
      }
      onEvent({ type: "engine", progress })
    }
  })
  // An unchanged image is not sent: the daemon asks for the tag and, told the digest that it holds, is done.
  const arrived = registry.tags.held(name, tag) ?? told
  if (arrived && arrived === registry.tags.known(name, tag)) return arrived
  throw new TransferError(
    "INCOMPLETE",
    `The daemon reported success, but sent no manifest for '${name}:${tag}'; the tag was left as it was.`,
  )
}
