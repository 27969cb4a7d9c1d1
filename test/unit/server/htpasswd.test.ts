import { expect, it } from "vitest"
import { parseHtpasswd } from "../../../src/server/htpasswd.ts"

const HASH = "$2y$05$jMDHFGrlWP8phznGkDpFjOfxA9nHA0BEObT/qiMl6ZgpcLJxsxPqC"

it("reads users, comments, blank lines and either end of line", () => {
  const users = parseHtpasswd(`# users\r\na:${HASH}\r\n\r\nb c:${HASH}  \n`, "users")
  expect([...users.keys()]).toEqual(["a", "b c"])
  expect(users.get("a")).toBe(HASH)
})

it.each([
  ["a", 1],
  [`a:${HASH}\nb:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=`, 2],
  ["a:$apr1$x$y", 1],
  [`:${HASH}`, 1],
])("refuses %j, and names the line and not what stands there", (text, line) => {
  expect(() => parseHtpasswd(text, "users")).toThrow(
    `Line ${line} of users is no user with a bcrypt hash: 'htpasswd -B users USER' writes such lines`,
  )
})
