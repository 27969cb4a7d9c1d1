/**
 * Whether a daemon can push to and pull from a registry in this process.
 * @module
 */
import { DockerError } from "./errors.ts"
import type { EngineInfo } from "./info.ts"

/** @throws DockerError UNREACHABLE */
export function assertReachable({ reachesLoopback, whyNot = "" }: EngineInfo): void {
  if (reachesLoopback) return
  throw new DockerError(
    "UNREACHABLE",
    `The Docker daemon does not reach this process, which it has to: ${whyNot}. Run this command beside the daemon; --transport registry tries all the same.`,
  )
}
