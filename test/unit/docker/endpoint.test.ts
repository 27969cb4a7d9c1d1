import { expect, test } from "vitest"
import { isLocal, parseEndpoint } from "../../../src/docker/endpoint.ts"

test.each([
  ["unix:///var/run/docker.sock", false, { protocol: "socket", path: "/var/run/docker.sock" }],
  ["unix://", false, { protocol: "socket", path: "/var/run/docker.sock" }],
  ["npipe:////./pipe/docker_engine", false, { protocol: "socket", path: "//./pipe/docker_engine" }],
  ["tcp://10.0.0.5:4243", false, { protocol: "http", hostname: "10.0.0.5", port: 4243 }],
  ["tcp://10.0.0.5", false, { protocol: "http", hostname: "10.0.0.5", port: 2375 }],
  ["tcp://10.0.0.5", true, { protocol: "https", hostname: "10.0.0.5", port: 2376 }],
  ["127.0.0.1:2375", false, { protocol: "http", hostname: "127.0.0.1", port: 2375 }],
  ["http://docker:80", true, { protocol: "http", hostname: "docker", port: 80 }],
  ["https://docker:443", false, { protocol: "https", hostname: "docker", port: 443 }],
  ["tcp://[::1]:2375", false, { protocol: "http", hostname: "[::1]", port: 2375 }],
  ["ssh://build", false, { protocol: "ssh", hostname: "build" }],
  ["ssh://me@build:2222", false, { protocol: "ssh", hostname: "build", port: 2222, username: "me" }],
] as const)("%s (TLS: %s)", (address, tls, expected) => {
  expect(parseEndpoint(address, tls)).toEqual(expected)
})

test.each(["ftp://x", "tcp://", "/var/run/docker.sock", "tcp://a b:1", "tcp://a:99999"])(
  "refuses %s",
  (address) => {
    expect(() => parseEndpoint(address, false)).toThrow(
      expect.objectContaining({ code: "UNREACHABLE", message: expect.stringContaining("unix:///path") }),
    )
  },
)

test.each([
  ["unix:///x", true],
  ["tcp://127.0.0.1:1", true],
  ["tcp://localhost:1", true],
  ["tcp://[::1]:1", true],
  ["tcp://127.0.0.1.example.org:1", false],
  ["tcp://10.0.0.5:1", false],
  ["ssh://localhost", false],
])("%s is local: %s", (address, expected) => {
  expect(isLocal(parseEndpoint(address, false))).toBe(expected)
})
