/**
 * `pull`: an image from a store into the daemon.
 * @module
 */
import type { Digest } from "../../oci/digest.ts"
import type { Reference } from "../../oci/reference.ts"
import type { Artifact } from "../artifact.ts"
import type { Backend } from "../backends.ts"
import type { Command } from "../command.ts"
import { PULL_FLAGS } from "../flags.ts"
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
      const wanted = given === undefined ? undefined : parseLocalName(given)
      const done = await withTransfer({ invocation, store, flags, direction: "pull" }, async (transfer) => {
        const { pull, shortDigest } = await import("../../bridge/pull.ts")
        const image = wanted ?? defaultName(artifact, shortDigest)
        return pull({ ...transfer, name: artifact.name, reference: referenceOf(artifact), image })
      })
      await writeReport(reportPull(store, artifact, done), invocation.io, flags)
    },
  }
}

/** What the image gets called in the daemon if nobody says so. */
function defaultName({ name, tag, digest }: Artifact, shorten: (digest: Digest) => string): LocalName {
  return { repository: name, tag: digest === undefined ? tag : (tag ?? shorten(digest)) }
}

function referenceOf({ tag, digest }: Artifact): Reference {
  return digest === undefined ? { tag } : { digest }
}
