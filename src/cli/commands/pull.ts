/**
 * `pull`: an image from a store into the daemon, or into a file.
 * @module
 */
import { shortDigest } from "../../oci/digest.ts"
import type { Reference } from "../../oci/reference.ts"
import type { Artifact } from "../artifact.ts"
import type { Backend } from "../backends.ts"
import type { Command } from "../command.ts"
import { PULL_FLAGS } from "../flags.ts"
import { otherEndOf, pullImageFile, writeFileReport } from "../file-transfer.ts"
import { parseImageFile } from "../image-file.ts"
import { type LocalName, parseLocalName } from "../local-name.ts"
import { reportPull, writeReport } from "../output.ts"
import { readSource } from "../store.ts"
import { readTransferFlags } from "../transfer-flags.ts"
import { withTransfer } from "../transfer.ts"
import { describeTransfer } from "./describe-transfer.ts"

/** @param backend left out where the reference names it */
export function pullCommand(backend?: Backend): Command {
  return {
    ...describeTransfer("pull", backend, PULL_FLAGS),
    async run(invocation) {
      const { store, artifact } = readSource(invocation, backend)
      const flags = readTransferFlags(invocation)
      const given = invocation.values.text("image")
      const transfer = { invocation, store, flags, direction: "pull" } as const
      const wanted = { name: artifact.name, reference: referenceOf(artifact) }
      const file = given === undefined ? undefined : parseImageFile(given, invocation.io.cwd)
      if (file) {
        const done = await pullImageFile(transfer, file, defaultName(artifact), wanted)
        return writeFileReport(file, reportPull(store, artifact, done, otherEndOf(file)), transfer)
      }
      const image = given === undefined ? defaultName(artifact) : parseLocalName(given)
      const done = await withTransfer(transfer, async (sides) => {
        const { pull } = await import("../../bridge/pull.ts")
        return pull({ ...sides, ...wanted, image })
      })
      return writeReport(reportPull(store, artifact, done), invocation.io, flags)
    },
  }
}

/** What the image gets called if nobody says so. */
function defaultName({ name, tag, digest }: Artifact): LocalName {
  return { repository: name, tag: digest === undefined ? tag : (tag ?? shortDigest(digest)) }
}

function referenceOf({ tag, digest }: Artifact): Reference {
  return digest === undefined ? { tag } : { digest }
}
