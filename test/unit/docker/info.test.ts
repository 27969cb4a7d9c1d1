import { expect, test } from "vitest"
import { parseEndpoint } from "../../../src/docker/endpoint.ts"
import { type Client, describeEngine } from "../../../src/docker/info.ts"

const VERSION = { Version: "20.10.24", Os: "linux", Arch: "amd64", Components: [{ Name: "Engine" }] }
const INFO = {
  Name: "vm",
  OSType: "linux",
  OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
  DriverStatus: [["Backing Filesystem", "extfs"]],
  SecurityOptions: ["name=seccomp,profile=default"],
}
const HERE: Client = { hostname: "vm", platform: "linux" }

function describe(address: string, info: object = {}, client: Client = HERE, version: object = {}) {
  const host = { address, endpoint: parseEndpoint(address, false), origin: "--host" }
  return describeEngine(
    host,
    "1.41",
    { version: { ...VERSION, ...version }, info: { ...INFO, ...info } },
    client,
  )
}

test("an engine on this machine", () => {
  expect(describe("unix:///var/run/docker.sock")).toEqual({
    host: "unix:///var/run/docker.sock",
    kind: "docker",
    version: "20.10.24",
    apiVersion: "1.41",
    store: "classic",
    platform: { os: "linux", architecture: "amd64" },
    virtualMachine: false,
    reachesLoopback: true,
  })
})

test("the containerd image store", () => {
  const status = [["driver-type", "io.containerd.snapshotter.v1"]]
  expect(describe("unix:///x", { DriverStatus: status }).store).toBe("containerd")
})

test("Podman, which reaches our loopback without root as well", () => {
  const version = { Components: [{ Name: "Podman Engine" }, { Name: "Conmon" }] }
  const info = { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] }
  expect(describe("unix:///x", info, HERE, version)).toMatchObject({ kind: "podman", reachesLoopback: true })
})

test.each([
  [
    "Docker Desktop on Linux",
    "unix:///x",
    { OperatingSystem: "Docker Desktop", Name: "docker-desktop" },
    HERE,
  ],
  ["colima", "unix:///x", { Name: "colima" }, { hostname: "mac", platform: "darwin" }],
  ["any Linux engine on a Mac", "unix:///x", {}, { hostname: "vm", platform: "darwin" }],
  ["a forwarded port of Docker Desktop", "tcp://localhost:2375", { OperatingSystem: "Docker Desktop" }, HERE],
] as const)("virtual machine: %s", (_, address, info, client) => {
  expect(describe(address, info, client)).toMatchObject({
    virtualMachine: true,
    reachesLoopback: false,
    whyNot: expect.stringContaining("virtual machine"),
  })
})

test.each([
  ["tcp to another host", "tcp://10.0.0.5:2375", {}, "another machine"],
  ["ssh", "ssh://me@build", {}, "another machine"],
  ["rootless", "unix:///x", { SecurityOptions: ["name=seccomp", "name=rootless"] }, "rootless"],
  [
    "this process in a container, the socket mounted",
    "unix:///x",
    { Name: "host" },
    "the daemon runs on 'host'",
  ],
  ["a tunnel to another host", "tcp://127.0.0.1:2375", { Name: "far" }, "the daemon runs on 'far'"],
])("out of reach of our loopback: %s", (_, address, info, why) => {
  expect(describe(address, info)).toMatchObject({
    virtualMachine: false,
    reachesLoopback: false,
    whyNot: expect.stringContaining(why),
  })
})
