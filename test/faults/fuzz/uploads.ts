/**
 * Upload sessions under requests in any order, compared with what a list of bytes would do.
 * @module
 */
import * as fc from "fast-check"
import { digestOf } from "../../../src/oci/digest.ts"
import { createTestRegistry } from "../../support/registry.ts"
import { checkAnswer } from "./answers.ts"
import { bytes } from "./content.ts"
import type { Property } from "./property.ts"
import { recordingDriver } from "./recording-driver.ts"

type Step =
  | { readonly kind: "chunk"; readonly bytes: Uint8Array; readonly shift: number | undefined }
  | { readonly kind: "ask" }
  | { readonly kind: "cancel" }
  | { readonly kind: "close"; readonly bytes: Uint8Array; readonly isRight: boolean; readonly long: boolean }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("chunk" as const),
        bytes,
        shift: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 })), { nil: undefined }),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "ask" }, { kind: "cancel" }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("close" as const),
        bytes,
        isRight: fc.boolean(),
        long: fc.boolean(),
      }),
    },
  ),
  { minLength: 1, maxLength: 8 },
)

export const uploadSessions: Property = {
  name: "upload sessions",
  share: 0.15,
  property: () =>
    fc.asyncProperty(steps, async (all) => {
      const { driver, strays } = recordingDriver()
      const { app } = createTestRegistry({}, driver)
      const begun = await app.request("/v2/a/blobs/uploads/", { method: "POST" })
      const location = begun.headers.get("location") ?? ""
      let received: Uint8Array = new Uint8Array()
      let isOpen = true
      for (const step of all) {
        const answer = await send(step)
        checkAnswer("PUT", {
          status: answer.status,
          type: answer.headers.get("content-type") ?? "",
          body: await answer.clone().text(),
        })
        await expectAnswer(step, answer)
      }
      if (strays.length > 0) throw new Error(`keys outside of the root: ${strays.join(", ")}`)

      function send(step: Step): Promise<Response> | Response {
        if (step.kind === "ask") return app.request(location)
        if (step.kind === "cancel") return app.request(location, { method: "DELETE" })
        const body = new Uint8Array(step.bytes)
        if (step.kind === "close") {
          const digest = digestFor(step)
          return app.request(`${location}?digest=${digest}`, { method: "PUT", body })
        }
        const start = step.shift === undefined ? undefined : received.length + step.shift
        const range = start === undefined ? {} : { "content-range": `${start}-${start + body.length - 1}` }
        return app.request(location, { method: "PATCH", body, headers: range })
      }

      function digestFor(step: Step & { kind: "close" }): string {
        const whole = Buffer.concat([received, step.bytes])
        const right = step.isRight ? whole : Buffer.concat([whole, Buffer.from("x")])
        return digestOf(right, step.long ? "sha512" : "sha256")
      }

      async function expectAnswer(step: Step, { status }: Response): Promise<void> {
        const expected = expectedStatus(step)
        if (status !== expected) throw new Error(`${step.kind}: ${status} in place of ${expected}`)
        if (step.kind === "cancel") isOpen = false
        if (step.kind === "chunk" && status === 202) received = Buffer.concat([received, step.bytes])
        if (step.kind !== "close" || !isOpen) return
        isOpen = false
        const digest = digestFor(step)
        const found = await app.request(`/v2/a/blobs/${digest}`)
        if (found.status !== (step.isRight ? 200 : 404)) throw new Error(`the blob: ${found.status}`)
        const content = Buffer.from(await found.arrayBuffer())
        if (step.isRight && !content.equals(Buffer.concat([received, step.bytes])))
          throw new Error("the blob holds other bytes")
      }

      function expectedStatus(step: Step): number {
        if (!isOpen) return 404
        if (step.kind === "ask" || step.kind === "cancel") return 204
        if (step.kind === "close") return step.isRight ? 201 : 400
        const isPlaced = step.shift === undefined || (step.shift === 0 && step.bytes.length > 0)
        return isPlaced ? 202 : 416
      }
    }),
}
