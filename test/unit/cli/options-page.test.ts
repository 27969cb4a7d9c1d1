import { expect, test } from "vitest"
import { optionsPage, PAGE } from "../../support/options-page.ts"

test("the manual's page of options says what the drivers' tables say", async () => {
  await expect(optionsPage()).toMatchFileSnapshot(`../../../${PAGE}`)
})
