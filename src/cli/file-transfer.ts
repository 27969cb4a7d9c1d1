/**
 * Pushes and pulls of images that are files: no daemon is asked for anything.
 * @module
 */
import type { PullFileOptions } from "../bridge/files/pull-file.ts"
import type { PushFileOptions } from "../bridge/files/push-file.ts"
import type { PullResult } from "../bridge/pull.ts"
import type { PushResult } from "../bridge/push.ts"
import type { StoreSide } from "../bridge/transfer.ts"
import type { Platform } from "../oci/descriptor.ts"
import { destinationOf, type ImageFile, refuseOtherFlags, sourceOf } from "./image-file.ts"
import type { LocalName } from "./local-name.ts"
import { type Report, writeReport } from "./output.ts"
import { UsageError } from "./usage-error.ts"
import { type Timed, type Transfer, withStore } from "./transfer.ts"

type PushWanted = Omit<PushFileOptions, keyof StoreSide | "source">
type PullWanted = Pick<PullFileOptions, "name" | "reference">

/** @throws UsageError before anything is touched; what {@link pushFile} throws */
export function pushImageFile(
  transfer: Transfer,
  file: ImageFile,
  wanted: PushWanted,
): Promise<Timed<PushResult>> {
  const { io, values } = transfer.invocation
  refuseOtherFlags(file, values)
  const source = sourceOf(file, io)
  return withStore(transfer, otherEndOf(file), async (side) => {
    const { pushFile } = await import("../bridge/files/push-file.ts")
    return pushFile({ ...side, ...wanted, source })
  })
}

/**
 * @param name what the image is called if nobody says so
 * @throws UsageError before anything is touched; what {@link pullFile} throws
 */
export function pullImageFile(
  transfer: Transfer,
  file: ImageFile,
  name: LocalName,
  wanted: PullWanted,
): Promise<Timed<PullResult>> {
  const { io, values } = transfer.invocation
  refuseOtherFlags(file, values)
  if (file.path === "-" && values.boolean("json"))
    throw new UsageError(`--json and --image ${file.kind}:- both take standard output: write to a file`)
  const destination = destinationOf(file, name, io)
  return withStore(transfer, otherEndOf(file), async (side) => {
    const { pullFile } = await import("../bridge/files/pull-file.ts")
    return pullFile({ ...side, ...wanted, destination, defaultPlatform: ownPlatform() })
  })
}

/** What bytes come from or go to. */
export function otherEndOf({ kind }: ImageFile): string {
  return kind === "oci" ? "the layout" : "the archive"
}

/** Where standard output has the archive, people read the result beside it. */
export function writeFileReport(
  { path }: ImageFile,
  report: Report,
  { invocation: { io }, flags }: Transfer,
): Promise<void> {
  return writeReport(report, path === "-" ? { ...io, stdout: io.stderr } : io, flags)
}

/** Node's names for what Go, and so images, call otherwise. Containers run on Linux, whatever this machine runs. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" }

function ownPlatform(): Platform {
  return { os: "linux", architecture: ARCHITECTURES[process.arch] ?? process.arch }
}
