import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest"
import { levelsOf, lineOf } from "../../support/findings.ts"
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts"
import { patternedChunks, MiB } from "../../support/bytes.ts"
import { type Credentials, startVersitygw, type Versitygw } from "../../support/versitygw.ts"
import { keysOf } from "../contract/check.ts"
import { describeWithVersitygw, openBucket } from "../s3/setup.ts"
import { doctor } from "./setup.ts"

const MINUTE = 60_000

describeWithVersitygw("doctor of a bucket", (program) => {
  let gateway: Versitygw
  let proxy: FaultProxy
  /** Users by the actions that they may do, each in a bucket of that name. */
  const users: Record<string, Credentials> = {}

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    proxy = await startFaultProxy(gateway.endpoint)
    for (const bucket of ["images", "public", "pushing", "pulling", "blind"])
      await gateway.createBucket(bucket)
    await gateway.makePublic("public")
    users["pushing"] = await gateway.createRestrictedUser("pushing")
    users["pulling"] = await gateway.createRestrictedUser("pulling", ["s3:GetObject", "s3:ListBucket"])
    users["blind"] = await gateway.createRestrictedUser("blind", ["s3:GetObject", "s3:PutObject"])
  })
  afterEach(() => {
    vi.useRealTimers()
    proxy.plan(() => undefined)
  })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })

  const flags = ({ accessKey, secretKey }: Credentials, endpoint = gateway.endpoint) => [
    "--endpoint",
    endpoint,
    "--access-key",
    accessKey,
    "--secret-key",
    secretKey,
  ]
  const keysIn = async (bucket: string) => {
    await using driver = openBucket({ bucket, endpoint: gateway.endpoint, ...gateway.root })
    return keysOf(driver, "")
  }
  const examine = (bucket: string, user = users[bucket] ?? gateway.root, ...more: string[]) =>
    doctor(["s3", "doctor", bucket, ...flags(user), ...more])

  test("that is all right has nothing but good lines, and nothing left in it", async () => {
    const ran = await examine("images")
    expect(ran.code).toBe(0)
    expect(new Set(Object.values(levelsOf(ran)))).toEqual(new Set(["ok"]))
    expect(Object.keys(levelsOf(ran))).toEqual(
      expect.arrayContaining(["Region", "Credentials", "List", "Write", "Read", "Delete", "Clock", "Images"]),
    )
    expect(ran.stdout + ran.stderr).not.toContain(gateway.root.secretKey)
    expect(ran.stdout).not.toContain(gateway.root.accessKey)
    expect(await keysIn("images")).toEqual([])
  })

  test("where nothing may be deleted keeps one small object, however often", async () => {
    for (const root of ["", "/prod/"]) {
      const runs = [await examine("pushing", undefined, "--root-dir", root || "/")]
      runs.push(await examine("pushing", undefined, "--root-dir", root || "/"))
      for (const ran of runs) {
        expect(ran.code).toBe(0)
        expect(lineOf(ran, "Write")).toMatch(/^ok /)
        expect(lineOf(ran, "Conditional writes")).toMatch(/^ok /)
        expect(lineOf(ran, "Delete")).toMatch(
          new RegExp(`^warning .*stays behind: ${root.slice(1)}oci-store/doctor/probe$`),
        )
        expect(lineOf(ran, "Stale uploads")).toMatch(/^skipped .*denied/)
      }
    }
    expect(await keysIn("pushing")).toEqual(["oci-store/doctor/probe", "prod/oci-store/doctor/probe"])
  })

  test("where nothing may be written is one to pull from", async () => {
    const ran = await examine("pulling")
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Write")).toMatch(/^warning .*nothing can be pushed here, which a pull does not need/)
    expect(levelsOf(ran)).toMatchObject({ Read: "ok", "Conditional writes": "skipped", Delete: "skipped" })
  })

  test("that may not be listed says what follows from it", async () => {
    const ran = await examine("blind")
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "List")).toMatch(/^warning .*grant s3:ListBucket/)
    expect(levelsOf(ran)).toMatchObject({ Write: "ok", Read: "ok", Images: "skipped" })
  })

  test("in which nothing at all is allowed: 4", async () => {
    const ran = await examine("images", users["pulling"])
    expect(ran.code).toBe(4)
    expect(levelsOf(ran)).toMatchObject({ List: "warning", Write: "warning", Read: "failure" })
    expect((await examine("images", users["pulling"], "--read-only")).code).toBe(0)
  })

  test("that everybody may read needs no sign-in", async () => {
    const argv = ["doctor", "s3://public", "--anonymous", "--endpoint", gateway.endpoint]
    const ran = await doctor(argv)
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Credentials")).toMatch(/^ok .*none.*--anonymous/)
    expect(levelsOf(ran)).toMatchObject({ List: "ok", Write: "warning", Read: "ok" })
  })

  test("that does not exist: 4, and the command that makes it", async () => {
    const ran = await examine("absent")
    expect(ran.code).toBe(4)
    expect(lineOf(ran, "Store")).toMatch(/^failure .*aws s3 mb s3:\/\/absent/)
    expect(lineOf(ran, "Write")).toMatch(/^skipped .*because of: Store$/)
  })

  test("of which the key is wrong: 4", async () => {
    const ran = await examine("images", { ...gateway.root, secretKey: "wrong" })
    expect(ran.code).toBe(4)
    expect(lineOf(ran, "Store")).toMatch(/^failure .*check access key and secret key/)
  })

  test("asked by a clock that is wrong: a warning, beyond a quarter of an hour a failure", async () => {
    for (const [minutes, level, code] of [
      [-3, "warning", 0],
      [20, "failure", 4],
    ] as const) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * MINUTE })
      const ran = await examine("images")
      vi.useRealTimers()
      expect(ran.code).toBe(code)
      expect(lineOf(ran, "Clock")).toMatch(new RegExp(`^${level} .*clock is ${Math.abs(minutes)} min`))
    }
  })

  test("with uploads that nobody ended: how many, and what to do", async () => {
    await using driver = openBucket({ bucket: "images", endpoint: gateway.endpoint, ...gateway.root })
    await using upload = await driver.createUpload("docker/registry/v2/blobs/x/data")
    await upload.append(patternedChunks(6 * MiB))
    expect(lineOf(await examine("images"), "Stale uploads")).toMatch(/^ok /)
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 60 * MINUTE })
    expect(lineOf(await examine("images"), "Stale uploads")).toMatch(
      /^warning .* 1 older than a day.*lifecycle rule/,
    )
  })

  test("behind a server that refuses conditions: a warning, and what it means", async () => {
    const body = "<Error><Code>NotImplemented</Code><Message>No such header.</Message></Error>"
    const answer = { status: 501, headers: { "content-type": "application/xml" }, body }
    proxy.plan(({ headers }) => (headers["if-none-match"] || headers["if-match"] ? answer : undefined))
    const ran = await doctor(["s3", "doctor", "images", ...flags(gateway.root, proxy.url)])
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Conditional writes")).toMatch(/^warning .*refused by the server/)
    expect(await keysIn("images")).toEqual([])
  })

  test("keeps nothing when the doctor is broken off after it has written", async () => {
    let interrupt: () => void = () => undefined
    let written = ""
    proxy.plan(({ method, url }) => {
      if (method === "GET" && url.includes("/oci-store/doctor/")) interrupt()
      if (method === "PUT") written = url
      return undefined
    })
    const ran = await doctor(["s3", "doctor", "images", ...flags(gateway.root, proxy.url)], {
      onStart: (send) => {
        interrupt = () => send("SIGINT")
      },
    })
    expect(ran.code).toBe(130)
    expect(written).toContain("/oci-store/doctor/")
    expect(await keysIn("images")).toEqual([])
  })
})
