/**
 * The ways of images to and from a daemon, and which of them it can go.
 *
 * - `registry`: the daemon pushes to us and pulls from us, over HTTP on our loopback interface.
 * - `archive`: as the stream of `docker save` and `docker load`, for daemons that do not reach that interface.
 * @module
 */
import type { EngineInfo } from "./info.ts"

export type TransportName = "registry" | "archive"

/** By registry where it can be: the daemon then sends only what is new, and several layers at a time. */
export function chooseTransport({ reachesLoopback }: EngineInfo): TransportName {
  return reachesLoopback ? "registry" : "archive"
}
