import { generateKeyPairSync } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Backend, BACKENDS, parametersOf } from "../../../src/cli/backends.ts"
import { driverOptions, secretWarnings } from "../../../src/cli/driver-options.ts"
import { readParameters, unusedLines } from "../../../src/cli/parameters.ts"
import { type Value, Values } from "../../../src/cli/values.ts"
import { azureOptions } from "../../../src/storage/azure/open.ts"
import { gcsOptions } from "../../../src/storage/gcs/open.ts"
import { s3Options } from "../../../src/storage/s3/open.ts"
import { readNetwork } from "../../../src/storage/network-settings.ts"

/** Every option that the documentation of Distribution's drivers names; what of them is in the reference is not among them. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  s3: `accelerate accesskey chunksize encrypt forcepathstyle keyid loglevel multipartcopychunksize multipartcopymaxconcurrency
    multipartcopythresholdsize objectacl redirectendpoint region regionendpoint rootdirectory secretkey secure sessiontoken skipverify
    storageclass usedualstack usefipsendpoint useragent v4auth`,
  gcs: "chunksize credentials keyfile maxconcurrency rootdirectory useragent",
  azure: `accountkey accountname connectionstring credentials.clientid credentials.secret credentials.tenantid credentials.type
    max_retries realm retry_delay rootdirectory serviceurl skipverify`,
}

const MiB = 2 ** 20
const KEY = '{"type": "service_account", "private_key": "hush"}'

/** What is given by `--option`, and what of it reaches the driver. */
const MEANT: readonly (readonly [backend: string, option: string, driverGets: object])[] = [
  ["s3", "accelerate=true", { accelerate: true }],
  ["s3", "accesskey=AKID", { accessKey: "AKID" }],
  ["s3", "chunksize=33554432", { partSize: 32 * MiB }],
  ["s3", "chunksize=5MiB", { partSize: 5 * MiB }],
  ["s3", "encrypt=true", { encrypt: true }],
  ["s3", "forcepathstyle=false", { pathStyle: false }],
  ["s3", "keyid=alias/images", { kmsKeyId: "alias/images" }],
  ["s3", "multipartcopychunksize=64MiB", { copyPartSize: 64 * MiB }],
  ["s3", "multipartcopythresholdsize=33554432", { copyThreshold: 32 * MiB }],
  ["s3", "objectacl=bucket-owner-full-control", { acl: "bucket-owner-full-control" }],
  ["s3", "region=eu-west-1", { region: "eu-west-1" }],
  ["s3", "regionendpoint=http://localhost:9000", { endpoint: "http://localhost:9000" }],
  ["s3", "rootdirectory=/images", { rootDir: "/images" }],
  ["s3", "secretkey=a=b=", { secretKey: "a=b=" }],
  ["s3", "sessiontoken=token", { sessionToken: "token" }],
  ["s3", "storageclass=reduced_redundancy", { storageClass: "REDUCED_REDUNDANCY" }],
  ["s3", "usedualstack=true", { dualStack: true }],
  ["s3", "usefipsendpoint=true", { fips: true }],
  ["s3", "useragent=ci/7", { userAgent: "ci/7" }],
  ["gcs", "chunksize=1048576", { partSize: MiB }],
  ["gcs", `credentials=${KEY}`, { credentials: JSON.parse(KEY) }],
  ["gcs", "keyfile=/keys/ci.json", { keyfile: "/keys/ci.json" }],
  ["gcs", "rootdirectory=/images", { rootDir: "/images" }],
  ["gcs", "useragent=ci/7", { userAgent: "ci/7" }],
  ["azure", "accountname=acme", { accountName: "acme" }],
  ["azure", "accountkey=a2V5", { accountKey: "a2V5" }],
  [
    "azure",
    "connectionstring=AccountName=acme;AccountKey=a2V5",
    { connectionString: "AccountName=acme;AccountKey=a2V5" },
  ],
  ["azure", "credentials.type=client_secret", { credentialType: "client_secret" }],
  ["azure", "credentials.tenantid=t", { tenantId: "t" }],
  ["azure", "credentials.clientid=c", { clientId: "c" }],
  ["azure", "credentials.secret=s", { clientSecret: "s" }],
  ["azure", "realm=core.chinacloudapi.cn", { realm: "core.chinacloudapi.cn" }],
  ["azure", "serviceurl=https://acme.example.com", { endpoint: "https://acme.example.com" }],
  ["azure", "rootdirectory=/images", { rootDir: "/images" }],
  ["azure", "max_retries=0", { retries: 0 }],
  ["azure", "retry_delay=1.5s", { retryDelay: 1500 }],
]

const backendOf = (name: string): Backend => {
  const backend = BACKENDS.find((backend) => backend.name === name)
  if (!backend) throw new Error(`There is no backend ${name}.`)
  return backend
}

const given = (options: readonly string[], flags: Readonly<Record<string, Value>> = {}) =>
  new Values(new Map(Object.entries(flags)), new Map([["option", options]]))

const valuesOf = (backend: string, options: readonly string[], flags?: Readonly<Record<string, Value>>) =>
  driverOptions(backendOf(backend), given(options, flags), {})

const driverGets = async (backend: string, ...options: string[]) => {
  const values = valuesOf(backend, options)
  if (backend === "s3") return s3Options("images", values)
  return backend === "gcs" ? gcsOptions("images", values) : azureOptions("images", values)
}

describe.each(Object.entries(DOCUMENTED))("of the documented options of %s", (name, documented) => {
  const names = documented.split(/\s+/)
  const known = parametersOf(backendOf(name))

  test("every one is known", () => {
    const own = known.map(({ parameter }) => parameter).filter((each) => !each.startsWith("cloudfront."))
    expect(own).toEqual(names.toSorted())
  })

  test("every one reaches the driver or is said to have no effect", () => {
    const reaching = MEANT.filter(([backend]) => backend === name).map(([, option]) => option.split("=")[0])
    const unused = known.filter((option) => option.unused).map(({ parameter }) => parameter)
    const below = ["secure", "maxconcurrency", "skipverify"]
    expect([...reaching, ...unused, ...below]).toEqual(expect.arrayContaining(names))
  })
})

test.for(MEANT)("%s: --option %s is the driver's %o", async ([backend, option, expected]) => {
  expect(await driverGets(backend, option)).toEqual({ ...(await driverGets(backend)), ...expected })
})

test.for([
  ["true", "localhost:9000", "https://localhost:9000"],
  ["false", "s3.example.com", "http://s3.example.com"],
  ["false", "https://s3.example.com", "https://s3.example.com"],
] as const)("secure=%s with the endpoint %s is %s", async ([secure, endpoint, url]) => {
  expect(await driverGets("s3", `secure=${secure}`, `regionendpoint=${endpoint}`)).toMatchObject({
    endpoint: url,
  })
})

test.each(["s3", "azure"])("skipverify of %s is for its connections", async (name) => {
  const { options } = backendOf(name)
  expect(await readNetwork(options, valuesOf(name, ["skipverify=true"]), {})).toMatchObject({ verify: false })
  expect(await readNetwork(options, valuesOf(name, []), {})).not.toHaveProperty("verify", false)
})

test("maxconcurrency is for the list of drivers, which knows the default", () => {
  expect(valuesOf("gcs", ["maxconcurrency=4"])).toMatchObject({ maxconcurrency: 4 })
})

describe("through CloudFront", () => {
  let folder: string
  const file = (name: string) => path.join(folder, name)
  const options = (key: string) => [
    "cloudfront.baseurl=cdn.example.com/images/",
    "cloudfront.keypairid=K2",
    `cloudfront.privatekey=${file(key)}`,
  ]

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "oci-store-cloudfront-"))
    const encoding = { type: "pkcs8", format: "pem" } as const
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
    await writeFile(file("rsa.pem"), rsa.privateKey.export(encoding))
    await writeFile(file("public.pem"), rsa.publicKey.export({ type: "spki", format: "pem" }))
    await writeFile(
      file("ec.pem"),
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(encoding),
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  test("address, key and its id are the driver's", async () => {
    const { cloudFront } = (await driverGets("s3", ...options("rsa.pem"))) as { cloudFront: object }
    expect(cloudFront).toMatchObject({
      baseUrl: "https://cdn.example.com/images",
      keyPairId: "K2",
      lifetime: 1_200_000,
      privateKey: { asymmetricKeyType: "rsa" },
    })
  })

  test("a signed URL may be used as long as wished", async () => {
    expect(await driverGets("s3", ...options("rsa.pem"), "cloudfront.duration=1h30m")).toMatchObject({
      cloudFront: { lifetime: 5_400_000 },
    })
  })

  test.for(["public.pem", "ec.pem"])("%s is no key to sign with", async (key) => {
    await expect(driverGets("s3", ...options(key))).rejects.toThrow(
      `there is no RSA private key in '${file(key)}'`,
    )
  })

  test("a key file that is not there is named", async () => {
    await expect(driverGets("s3", ...options("none.pem"))).rejects.toThrow(
      `'${file("none.pem")}' cannot be read`,
    )
  })

  test.for([0, 1, 2])("without one of the three, that one is missing", async (left) => {
    const some = options("rsa.pem").filter((_, index) => index !== left)
    const flag = ["base-url", "key-pair-id", "private-key"][left]
    await expect(driverGets("s3", ...some)).rejects.toMatchObject({ option: `cloudfront-${flag}` })
  })
})

test("a flag comes before --option, and that before the environment", () => {
  const env = { AWS_REGION: "env" }
  const read = (options: readonly string[], flags = {}) =>
    driverOptions(backendOf("s3"), given(options, flags), env)["region"]
  expect(read(["region=option"], { region: "flag" })).toBe("flag")
  expect(read(["region=option"])).toBe("option")
  expect(read([])).toBe("env")
})

test("of two values for one name the last counts", () => {
  expect(valuesOf("s3", ["region=a", "region=b"])).toMatchObject({ region: "b" })
})

test("an option without effect is said to be one", () => {
  const lines = unusedLines(
    readParameters(backendOf("s3"), given(["loglevel=debug", "region=x", "v4auth=true"])),
  )
  expect(lines).toEqual([
    "--option loglevel has no effect: -vv logs every request.",
    "--option v4auth has no effect: requests are always signed by version 4.",
  ])
})

test("a secret among the options is warned of as among the flags", () => {
  expect(secretWarnings(backendOf("s3"), given(["secretkey=hush"]))).toEqual([
    "--option secretkey can be read in the list of processes; AWS_SECRET_ACCESS_KEY cannot.",
  ])
})

test("credentials that are no JSON are not shown", async () => {
  for (const secret of ["very-secret", '"very-secret"', '{"private_key": "very-secret"}']) {
    const error: unknown = await driverGets("gcs", `credentials=${secret}`).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: "OptionError", option: "credentials" })
    expect(String(error)).not.toContain("very-secret")
  }
})
