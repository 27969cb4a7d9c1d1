import { afterAll, beforeAll, expect, test } from "vitest"
import { type FakeGcs, startFakeGcs } from "../../support/fake-gcs.ts"
import { levelsOf, lineOf } from "../../support/findings.ts"
import { keysOf } from "../contract/check.ts"
import { describeWithFakeGcs, openBucket } from "../gcs/setup.ts"
import { doctor } from "./setup.ts"

describeWithFakeGcs("doctor of a bucket of Google's", (program) => {
  let server: FakeGcs

  beforeAll(async () => {
    server = await startFakeGcs(program)
    await server.createBucket("images")
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test("that is all right has nothing but good lines, and nothing left in it", async () => {
    const env = { STORAGE_EMULATOR_HOST: server.endpoint }
    const ran = await doctor(["doctor", "gs://images"], { env })
    expect(ran.code).toBe(0)
    expect(new Set(Object.values(levelsOf(ran)))).toEqual(new Set(["ok"]))
    expect(lineOf(ran, "Endpoint")).toMatch(/from STORAGE_EMULATOR_HOST$/)
    expect(lineOf(ran, "Clock")).toMatch(/agrees/)
    expect(await keysOf(openBucket({ bucket: "images", endpoint: server.endpoint }), "")).toEqual([])
  })

  test("that does not exist: 4, and the command that makes it", async () => {
    const ran = await doctor(["gcs", "doctor", "absent", "--endpoint", server.endpoint])
    expect(ran.code).toBe(4)
    expect(lineOf(ran, "Store")).toMatch(/^failure .*gcloud storage buckets create gs:\/\/absent/)
  })
})
