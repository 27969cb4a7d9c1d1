/**
 * A daemon that answers from a list and remembers what it was asked.
 * @module
 */
import { Readable } from "node:stream"
import type { Connection, EngineRequest } from "../../../src/docker/connection.ts"
import type { EngineInfo } from "../../../src/docker/info.ts"

export interface FakeConnection extends Connection {
  readonly requests: EngineRequest[]
}

/** @param answers in the order of the requests: an error to throw, a buffer to stream, or the reply's JSON */
export function fakeConnection(...answers: readonly unknown[]): FakeConnection {
  const requests: EngineRequest[] = []
  const answer = async (request: EngineRequest) => {
    const reply = answers[requests.length]
    requests.push(request)
    if (reply instanceof Error) throw reply
    return reply
  }
  return {
    requests,
    host: {
      address: "unix:///fake.sock",
      endpoint: { protocol: "socket", path: "/fake.sock" },
      origin: "--host",
    },
    call: answer,
    stream: async (request) => Readable.from([await answer(request)]),
    [Symbol.dispose]: () => {},
  }
}

export const CLASSIC: EngineInfo = {
  host: "unix:///fake.sock",
  kind: "docker",
  version: "20.10.24",
  apiVersion: "1.41",
  store: "classic",
  platform: { os: "linux", architecture: "amd64" },
  virtualMachine: false,
  reachesLoopback: true,
}
export const CONTAINERD: EngineInfo = {
  ...CLASSIC,
  version: "29.0.0",
  apiVersion: "1.52",
  store: "containerd",
}
export const PODMAN: EngineInfo = { ...CLASSIC, version: "4.3.1", kind: "podman" }
