import { expect, it } from "vitest"
import { COMMON, storageSettings } from "../../../src/server/settings.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"
import { SETTINGS_PAGE, settingsPage } from "../../support/settings-page.ts"

it("the manual's page says what the table says", async () => {
  await expect(settingsPage()).toMatchFileSnapshot(`../../../${SETTINGS_PAGE}`)
})

it("no key, flag or variable is there twice", () => {
  for (const driver of DRIVERS) {
    const all = [...COMMON, ...storageSettings(driver)]
    for (const names of [
      all.map(({ key }) => key),
      all.flatMap(({ flag }) => flag ?? []),
      all.flatMap(({ env }) => env ?? []),
    ]) {
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    }
  }
})
