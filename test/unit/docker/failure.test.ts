import { expect, test } from "vitest"
import { parseEndpoint } from "../../../src/docker/endpoint.ts"
import { failureOf } from "../../../src/docker/failure.ts"

const SOCKET = "unix:///var/run/docker.sock"
const REMOTE = "tcp://10.0.0.5:2375"

const fail = (error: unknown, address = SOCKET) =>
  failureOf(error, { address, endpoint: parseEndpoint(address, false), origin: "DOCKER_HOST" }, "push app:v1")

const systemError = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

test.each([
  [
    "ENOENT",
    SOCKET,
    "ABSENT",
    `Cannot connect to the Docker daemon at ${SOCKET}: is Docker installed and running?`,
  ],
  ["ECONNREFUSED", SOCKET, "ABSENT", "Try `docker ps`"],
  [
    "EACCES",
    SOCKET,
    "FORBIDDEN",
    "add your user to the docker group (sudo usermod -aG docker $USER, then sign in again) or run as root",
  ],
  ["EPERM", SOCKET, "FORBIDDEN", SOCKET],
  ["ECONNRESET", SOCKET, "DIED", "could not push app:v1"],
  ["EPIPE", REMOTE, "DIED", REMOTE],
  ["ECONNREFUSED", REMOTE, "UNREACHABLE", `${REMOTE} (from DOCKER_HOST): connect ECONNREFUSED`],
  ["ENOTFOUND", REMOTE, "UNREACHABLE", REMOTE],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", REMOTE, "UNREACHABLE", "DEPTH_ZERO_SELF_SIGNED_CERT"],
])("%s at %s is %s", (errno, address, code, sentence) => {
  const cause = systemError(errno)
  expect(fail(cause, address)).toMatchObject({ code, cause, message: expect.stringContaining(sentence) })
})

/** docker-modem's error: `json` is null for streamed replies. */
const httpError = (
  statusCode: number,
  reason: string | undefined,
  said: string,
  json: unknown = { message: said },
) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) ${reason ?? "unexpected"} - ${said} `), {
    statusCode,
    reason,
    json,
  })

test.each([
  [404, "No such image: app:v1", "IMAGE_NOT_FOUND"],
  [404, "manifest for app:v1 not found: manifest unknown: manifest unknown", "IMAGE_NOT_FOUND"],
  [500, "unauthorized: authentication required", "FAILED"],
  [409, "conflict: unable to remove - in use", "FAILED"],
  [403, "authorization denied by plugin authz: no", "FORBIDDEN"],
])("a reply of %i: %s", (status, said, code) => {
  const error = expect.objectContaining({ code, message: `Cannot push app:v1: ${said}` })
  expect(fail(httpError(status, "some reason", said))).toEqual(error)
  expect(fail(httpError(status, undefined, said, null))).toEqual(error)
})

test("a DockerError stays what it is", () => {
  const error = fail(systemError("EACCES"))
  expect(fail(error)).toBe(error)
})
