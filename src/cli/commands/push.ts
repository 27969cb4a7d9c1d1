/**
 * `push`: an image from the daemon into a store.
 * @module
 */
import type { PushTarget } from "../../bridge/publish.ts"
import type { Backend } from "../backends.ts"
import type { Command } from "../command.ts"
import { PUSH_FLAGS } from "../flags.ts"
import { parseSourceName } from "../local-name.ts"
import { reportPush, writeReport } from "../output.ts"
import { isFolder } from "../reference.ts"
import { readCompression } from "../compression.ts"
import { readTargets, type Store } from "../store.ts"
import { readTransferFlags } from "../transfer-flags.ts"
import { withTransfer } from "../transfer.ts"
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
        images: image === undefined ? imagesOf(store, targets[0]) : [parseSourceName(image)],
        targets,
        force,
        immutableTags,
        compression: readCompression(values),
        requireAllPlatforms: values.boolean("require-all-platforms") ?? false,
      }
      const done = await withTransfer({ invocation, store, flags, direction: "push" }, async (transfer) => {
        const { push } = await import("../../bridge/push.ts")
        return push({ ...transfer, ...wanted })
      })
      await writeReport(reportPush(store, done), io, flags)
    },
  }
}

/** What the image is called in the daemon if nobody says so. */
function imagesOf({ backend, location }: Store, { name, tag }: PushTarget): readonly string[] {
  const image = `${name}:${tag}`
  return isFolder(backend) ? [image] : [image, `${location}/${image}`]
}
