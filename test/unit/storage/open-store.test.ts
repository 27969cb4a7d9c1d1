import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { expect, test } from "vitest"
import { openStore } from "../../../src/storage/open-store.ts"

test.each([
  ["s3://images", { region: "eu-west-1" }, "s3"],
  ["gs://images/", { anonymous: true }, "gcs"],
  ["azblob://images", { "account-name": "acme", anonymous: true }, "azure"],
])("%s is a store", async (url, settings, driver) => {
  await using store = await openStore(url, { settings })
  expect(store.driver.name).toBe(driver)
  expect(store.budget.limit).toBe(96 * 1024 * 1024)
})

test("a folder's URL is percent-encoded, as all of them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "oci store "))
  await using store = await openStore(pathToFileURL(join(folder, "images")).href, { create: true })
  await store.driver.write("k", Buffer.from("x"))
  await using again = await openStore(pathToFileURL(join(folder, "images")).href)
  expect(await again.driver.stat("k")).toBeDefined()
  await rm(folder, { recursive: true })
})

test.each(["images", "ftp://images", "s3://", "s3:images", "s3://images/myapp:v1.0"])(
  "'%s' is the URL of no store",
  async (url) => {
    await expect(openStore(url)).rejects.toThrow(
      `'${url}' is the URL of no store. Expected: s3://bucket, gs://bucket, azblob://container, file:///folder`,
    )
  },
)
