import { expect, test } from "vitest"
import { readProxies } from "../../../src/storage/proxies.ts"

const PROXY = "http://proxy:3128"
const via = (url: string, env: Record<string, string>) => readProxies(env).forUrl(new URL(url))

test.for<[string, string, boolean]>([
  ["", "https://a.example.com", true],
  ["*", "https://a.example.com", false],
  ["example.com", "https://example.com", false],
  ["example.com", "https://a.b.example.com", false],
  ["example.com", "https://notexample.com", true],
  [".example.com", "https://a.example.com", false],
  [".example.com", "https://example.com", false],
  ["*.example.com", "https://a.example.com", false],
  ["Example.COM", "https://a.eXample.com", false],
  ["example.com.", "https://example.com", false],
  ["example.com", "https://example.com.", false],
  ["a.example.com", "https://example.com", true],
  ["x, example.com", "https://example.com", false],
  ["x example.com\ty", "https://example.com", false],
  ["example.com:443", "https://example.com", false],
  ["example.com:443", "https://a.example.com", false],
  ["example.com:8443", "https://example.com", true],
  ["example.com:8443", "https://example.com:8443", false],
  ["example.com:80", "http://example.com", false],
  ["10.0.0.1", "https://10.0.0.1", false],
  ["10.0.0.1", "https://10.0.0.10", true],
  ["0.0.1", "https://10.0.0.1", true],
  ["10.0.0.1:9000", "http://10.0.0.1:9000", false],
  ["10.0.0.1:9000", "http://10.0.0.1:9001", true],
  ["10.1.0.0/16", "https://10.1.200.3", false],
  ["10.1.0.0/16", "https://10.2.0.1", true],
  ["10.1.0.0/16", "https://example.com", true],
  ["10.1.0.0/33", "https://10.1.0.0", true],
  ["2001:db8::1", "https://[2001:DB8:0::1]", false],
  ["[2001:db8::1]", "https://[2001:db8::1]", false],
  ["[2001:db8::1]:443", "https://[2001:db8::1]", false],
  ["[2001:db8::1]:444", "https://[2001:db8::1]", true],
  ["2001:db8::/32", "https://[2001:db8:1::7]", false],
  ["2001:db8::/32", "https://[2001:db9::]", true],
  ["", "https://localhost", false],
  ["", "http://registry.localhost", false],
  ["", "http://127.0.0.1:9000", false],
  ["", "http://[::1]:9000", false],
  ["", "http://169.254.169.254", false],
  ["", "http://169.254.170.2", false],
  ["", "http://[fd00:ec2::254]", false],
  ["", "http://metadata.google.internal", false],
])("with NO_PROXY=%s, %s goes through the proxy: %s", ([list, url, isProxied]) => {
  const found = via(url, { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY, NO_PROXY: list })
  expect(found?.address).toBe(isProxied ? PROXY : undefined)
})

test.for<[Record<string, string>, string, string | undefined]>([
  [{ HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b" }, "https://x", "http://a HTTPS_PROXY"],
  [{ HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b" }, "http://x", "http://b HTTP_PROXY"],
  [{ HTTPS_PROXY: "http://a" }, "http://x", undefined],
  [{ HTTP_PROXY: "http://a" }, "https://x", undefined],
  [{ HTTPS_PROXY: "http://a", https_proxy: "http://b" }, "https://x", "http://b https_proxy"],
  [{ HTTPS_PROXY: "http://a", https_proxy: "" }, "https://x", "http://a HTTPS_PROXY"],
  [{ HTTPS_PROXY: "  " }, "https://x", undefined],
  [{ HTTPS_PROXY: "proxy:3128" }, "https://x", "http://proxy:3128 HTTPS_PROXY"],
  [{ HTTPS_PROXY: "https://proxy" }, "https://x", "https://proxy HTTPS_PROXY"],
  [{ HTTPS_PROXY: "http://a", NO_PROXY: "x", no_proxy: "y" }, "https://x", "http://a HTTPS_PROXY"],
])("%j has for %s: %s", ([env, url, expected]) => {
  const found = via(url, env)
  expect(found && `${found.address} ${found.variable}`).toBe(expected)
})

test("user name and password are decoded for the proxy, and not shown", () => {
  const found = via("https://x", { HTTPS_PROXY: "http://jane%40corp:p%3Aa%20s@proxy:3128" })
  expect(found?.authorization).toBe(`Basic ${Buffer.from("jane@corp:p:a s").toString("base64")}`)
  expect(found?.address).toBe("http://proxy:3128")
})

test.for([
  "socks5://jane:hush@proxy:1080",
  "http://jane:hush@",
  "http://jane:hush%zz@proxy",
  "http://a b:hush",
])("%s is refused, with the variable and without the password", (value) => {
  const read = () => readProxies({ HTTPS_PROXY: value })
  expect(read).toThrow(/^HTTPS_PROXY names no HTTP proxy: .*http:\/\/proxy\.example\.com:3128/)
  expect(read).not.toThrow(/hush/)
})
