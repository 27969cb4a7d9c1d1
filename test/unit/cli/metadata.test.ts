import { expect, it } from "vitest"
import { keepMetadataDirect } from "../../../src/cli/metadata.ts"

const changed = (env: Record<string, string | undefined>) => {
  keepMetadataDirect(env)
  return env
}

it("adds the metadata server to what no proxy is asked for", () => {
  const list = "example.com,metadata.google.internal,169.254.169.254"
  expect(changed({ https_proxy: "http://p", NO_PROXY: "example.com" })).toMatchObject({
    NO_PROXY: list,
    no_proxy: list,
  })
  expect(changed({ HTTP_PROXY: "http://p", no_proxy: "example.com" })).toMatchObject({ NO_PROXY: list })
})

it("adds the server that stands in for it", () => {
  const env = changed({ HTTPS_PROXY: "http://p", GCE_METADATA_HOST: "10.0.0.1:8080" })
  expect(env["NO_PROXY"]).toBe("metadata.google.internal,169.254.169.254,10.0.0.1")
})

it("changes nothing where there is no proxy", () => {
  expect(changed({ NO_PROXY: "example.com" })).toEqual({ NO_PROXY: "example.com" })
})
