/**
 * `push`: an image from the daemon, or from a file, into a store.
 * @module
 */
import type { PushTarget } from "../../bridge/publish.ts"
import type { PushOptions, PushResult } from "../../bridge/push.ts"
import type { TransferOptions } from "../../bridge/transfer.ts"
import type { Backend } from "../backends.ts"
import type { Command } from "../command.ts"
import { PUSH_FLAGS } from "../flags.ts"
import { pushImageFile } from "../file-transfer.ts"
import { parseImageFile } from "../image-file.ts"
import { parseSourceName } from "../local-name.ts"
import { reportPush, writeReport } from "../output.ts"
import { isFolder } from "../reference.ts"
import { readCompression } from "../compression.ts"
import { readTargets, type Store } from "../store.ts"
import { readTransferFlags } from "../transfer-flags.ts"
import { type Timed, type Transfer, withTransfer } from "../transfer.ts"
import { UsageError } from "../usage-error.ts"
import { describeTransfer } from "./describe-transfer.ts"

/** @param backend left out where the references name it */
export function pushCommand(backend?: Backend): Command {
  return {
    ...describeTransfer("push", backend, PUSH_FLAGS),
    async run(invocation) {
      const { values, io } = invocation
      const { store, targets } = readTargets(invocation, backend)
      const flags = readTransferFlags(invocation)
      const image = values.text("image")
      const immutableTags = values.boolean("immutable-tags") ?? false
      const force = values.boolean("force") ?? false
      if (immutableTags && force) {
        throw new UsageError("--force and --immutable-tags contradict each other: leave out one of them")
      }
      const wanted = {
        targets,
        force,
        immutableTags,
        compression: readCompression(values),
        requireAllPlatforms: values.boolean("require-all-platforms") ?? false,
      }
      const transfer = { invocation, store, flags, direction: "push" } as const
      const file = image === undefined ? undefined : parseImageFile(image, io.cwd)
      const done = file
        ? await pushImageFile(transfer, file, wanted)
        : await pushLocalImage(transfer, imagesOf(store, targets[0], image), wanted)
      await writeReport(reportPush(store, done), io, flags)
    },
  }
}

function pushLocalImage(
  transfer: Transfer,
  images: readonly string[],
  wanted: Omit<PushOptions, keyof TransferOptions | "images">,
): Promise<Timed<PushResult>> {
  return withTransfer(transfer, async (sides) => {
    const { push } = await import("../../bridge/push.ts")
    return push({ ...sides, ...wanted, images })
  })
}

/**
 * What the image may be called in the daemon.
 * @param given left out if nobody says so
 */
function imagesOf(
  { backend, location }: Store,
  { name, tag }: PushTarget,
  given: string | undefined,
): readonly string[] {
  if (given !== undefined) return [parseSourceName(given)]
  const image = `${name}:${tag}`
  return isFolder(backend) ? [image] : [image, `${location}/${image}`]
}
