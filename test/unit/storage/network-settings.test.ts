import { expect, test } from "vitest"
import { readNetwork } from "../../../src/storage/network-settings.ts"
import { S3_OPTIONS } from "../../../src/storage/s3-options.ts"

const read = (values: Record<string, string | boolean>, env = {}) => readNetwork(S3_OPTIONS, values, env)

test("certificates are checked unless an option says not to", async () => {
  expect(await read({})).toMatchObject({ verify: true })
  expect(await read({ skipverify: false })).toMatchObject({ verify: true })
  expect(await read({ skipverify: true })).toMatchObject({ verify: false })
})

test("without a file there are no other authorities than Node's, and without variables no proxies", async () => {
  const { certificates, proxies } = await read({ "ca-file": "" })
  expect(certificates).toBeUndefined()
  expect(proxies?.forUrl(new URL("https://example.com"))).toBeUndefined()
})

test("a file that is none is named with the flag and the variable", async () => {
  await expect(read({ "ca-file": "/" })).rejects.toMatchObject({
    name: "MissingOptionError",
    option: "ca-file",
    message: "The file of certificates / (--ca-file, AWS_CA_BUNDLE) cannot be read: EISDIR",
  })
})
