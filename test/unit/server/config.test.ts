import { describe, expect, it } from "vitest"
import { readConfig, type Config, type ConfigSources } from "../../../src/server/config.ts"
import { printConfig } from "../../../src/server/print-config.ts"
import { COMMON, driverOf, storageSettings } from "../../../src/server/settings.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"

const HASH = "$2b$04$jMDHFGrlWP8phznGkDpFjOfxA9nHA0BEObT/qiMl6ZgpcLJxsxPqC"

function read(text: string, { env = {}, flags = {} }: Partial<ConfigSources> = {}): Config {
  return readConfig({ file: { name: "config.yaml", text }, env, flags })
}

describe("configurations that other servers' documents print", () => {
  it("a JSON file with all its sections", () => {
    const { settings, storage } = read(`{
      "server": {
        "address": "localhost", "port": 5000,
        "read_timeout": "30s", "write_timeout": "30s", "idle_timeout": "120s"
      },
      "storage": { "type": "filesystem", "path": "./data" },
      "logging": { "level": "info", "format": "json" }
    }`)
    expect(settings).toMatchObject({
      "server.address": "localhost",
      "server.port": 5000,
      "server.read_timeout": 30_000,
      "server.idle_timeout": 120_000,
      "logging.level": "info",
      "logging.format": "json",
    })
    expect(storage).toMatchObject({ driver: { name: "file" }, location: "./data" })
  })

  it("its values are the defaults as well", () => {
    const { settings } = read("")
    expect(settings).toMatchObject({
      "server.address": "localhost",
      "server.port": 5000,
      "server.read_timeout": 30_000,
      "server.write_timeout": 30_000,
      "server.idle_timeout": 120_000,
      "storage.type": "filesystem",
      "logging.level": "info",
      "logging.format": "json",
    })
  })

  it("a YAML file with users, logging and a backup that is off", () => {
    const { settings } = read(`# config.yaml
server:
  port: 3030
 
auth:
 
  users:
  - username: "admin"
    password: "admin123"

logging:
  level: "info"
  format: "text" # or "json"

# Optional backup configuration
backup:
  enabled: false
  gcp:

    bucket: "oci-storage-backup"
    projectID: "your-project"
  # aws:
  #   bucket: "oci-storage-backup"
  #   region: "eu-west-1"
`)
    expect(settings["server.port"]).toBe(3030)
    expect(settings["auth.users"]).toEqual([{ username: "admin", password: "admin123", access: "write" }])
    expect(settings["logging.format"]).toBe("text")
  })

  const proxy = (enabled: boolean): string => `
proxy:
  enabled: ${enabled}
  cache:
    maxSizeGB: 50
  registries:
    - name: "registry.example"
      url: "https://registry.example"
`

  it("a proxy that is off", () => {
    expect(read(proxy(false)).settings["proxy.registries"]).toHaveLength(1)
  })

  it.each([
    [
      proxy(true),
      "proxy.enabled is true, but this version has no proxy yet: leave it out or set it to false",
    ],
    [
      "backup:\n  enabled: true",
      "backup.enabled is true, but this version has no backup yet: leave it out or set it to false",
    ],
  ])("what comes later is refused when it is on", (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it("the environment variables", () => {
    const env = {
      OCTOSERVE_SERVER_ADDRESS: "0.0.0.0",
      OCTOSERVE_SERVER_PORT: "8080",
      OCTOSERVE_STORAGE_PATH: "/var/lib/octoserve",
      OCTOSERVE_LOG_LEVEL: "debug",
      OCTOSERVE_LOG_FORMAT: "text",
      OCI_STORE_SERVER_INSECURE_LISTEN: "true",
    }
    const { settings, storage } = read("server: { address: localhost, port: 5000 }", { env })
    expect(settings).toMatchObject({
      "server.address": "0.0.0.0",
      "server.port": 8080,
      "logging.level": "debug",
      "logging.format": "text",
    })
    expect(storage.location).toBe("/var/lib/octoserve")
  })
})

describe("where a value comes from", () => {
  const file = "server: { port: 1 }"
  const env = { OCI_STORE_SERVER_PORT: "2", OCTOSERVE_SERVER_PORT: "3" }

  it.each([
    ["the default", "", {}, {}, 5000],
    ["the file before the default", file, {}, {}, 1],
    ["the environment before the file", file, env, {}, 2],
    ["a synonym in the environment", file, { OCTOSERVE_SERVER_PORT: "3" }, {}, 3],
    ["an empty variable is none", file, { OCI_STORE_SERVER_PORT: " " }, {}, 1],
    ["a flag before the environment", file, env, { "server.port": 4 }, 4],
  ])("%s", (_, text, env, flags, port) => {
    expect(read(text, { env, flags }).settings["server.port"]).toBe(port)
  })

  it("a backend's own variables count, another backend's do not", () => {
    const env = { AWS_REGION: "eu-west-1", STORAGE_EMULATOR_HOST: "localhost:4443" }
    const { storage } = read("storage: { type: s3, bucket: b }", { env })
    expect(storage.options).toMatchObject({ region: "eu-west-1", endpoint: undefined })
    expect(read("", { env }).storage.options).toEqual({})
  })
})

describe("backends", () => {
  it.each([
    ["storage: { type: file, path: /srv }", "file", "/srv", {}],
    ["storage: { type: s3, bucket: b, path_style: true, root_dir: /x }", "s3", "b", { "path-style": true }],
    ["storage: { type: gcs, bucket: b, project_id: p }", "gcs", "b", { "project-id": "p" }],
    ["storage: { type: azure, container: c, account_name: a }", "azure", "c", { "account-name": "a" }],
  ])("%s", (text, name, location, options) => {
    expect(read(text).storage).toMatchObject({ driver: { name }, location, options })
  })

  it("every backend can be the type, and all of its options are settings", () => {
    const type = COMMON.find(({ key }) => key === "storage.type")
    for (const driver of DRIVERS) {
      expect(type?.choices).toContain(driver.name)
      expect(driverOf(driver.name)).toBe(driver)
      expect(storageSettings(driver)).toHaveLength(driver.options.length + 1)
    }
  })
})

describe("mistakes", () => {
  it.each([
    [
      "server: { adress: x }",
      "There is no setting server.adress: server has address, port, insecure_listen,",
    ],
    [
      "sever: {}",
      "There is no setting sever: a configuration has server, tls, auth, storage, redirect, logging, metrics",
    ],
    ["server: { port: 70000 }", "server.port is a port from 0 to 65535, not 70000"],
    ["server: { port: http }", "server.port is a port from 0 to 65535, not 'http'"],
    ["server: { port: [1] }", "server.port is a port from 0 to 65535, not [1]"],
    ["server: 5", "server is a section with settings, not 5"],
    ["server: { read_timeout: 30 }", "server.read_timeout is a duration such as 30s, 2m or 1h30m"],
    ["server: { read_timeout: -5s }", "server.read_timeout is a duration such as 30s, 2m or 1h30m"],
    [
      "server: { idle_timeout: 1000h }",
      "server.idle_timeout is a duration such as 30s, 2m or 1h30m, three weeks",
    ],
    [
      "server: { memory: 1MiB }",
      "server.memory is a size such as 96MiB, 100MB or plain bytes, 16MiB at least, not '1MiB'",
    ],
    ["server: { insecure_listen: maybe }", "server.insecure_listen is true or false, not 'maybe'"],
    ["server: { address: '' }", "server.address is text that is not empty, not ''"],
    ["logging: { level: loud }", "logging.level is one of debug, info, warn, error, not 'loud'"],
    ["logging: { format: xml }", "logging.format is one of json, text, not 'xml'"],
    ["metrics: true", "metrics is one of off, users, everyone, not true"],
    ["storage: { type: floppy }", "storage.type is one of filesystem, file, s3, gcs, azure, not 'floppy'"],
    ["storage: { region: eu }", "storage.region has no meaning for the storage type 'file'"],
    ["storage: { type: s3, path: ./x }", "storage.path has no meaning for the storage type 's3'"],
    ["storage: { type: s3 }", "storage.bucket is missing: the bucket that keeps the images"],
    ["storage: { type: azure }", "storage.container is missing: the container that keeps the images"],
    [
      "storage: { type: s3, bucket: b, nope: 1 }",
      "There is no setting storage.nope: storage has type, concurrency, public_endpoint, bucket, region",
    ],
    ["storage: { concurrency: 0 }", "storage.concurrency is a whole number from 1 on, not 0"],
    ["tls: { key: k.pem }", "tls.certificate is missing: TLS needs both certificate and key"],
    ["tls: { certificate: c.pem }", "tls.key is missing: TLS needs both certificate and key"],
    ["auth: { users: me }", "auth.users is a list of users, not 'me'"],
    ["auth: { users: [me] }", "auth.users[0] is a user with at least a username, not 'me'"],
    ["auth: { users: [{ password: x }] }", "auth.users[0].username is missing: it is text"],
    [
      "auth: { users: [{ username: 'a:b', password: x }] }",
      "auth.users[0].username is a name without ':', not 'a:b'",
    ],
    [
      "auth: { users: [{ username: a, password: 123 }] }",
      "auth.users[0].password is text, in quotes if it looks like a number",
    ],
    [
      "auth: { users: [{ username: a, password_hash: hush }] }",
      "auth.users[0].password_hash is a bcrypt hash, as `oci-store hash-password` prints it",
    ],
    [
      "auth: { users: [{ username: a }] }",
      "auth.users[0] ('a') has no password_hash: `oci-store hash-password` makes one",
    ],
    [
      `auth: { users: [{ username: a, password: x, password_hash: ${HASH} }] }`,
      "auth.users[0] ('a') has both password and password_hash",
    ],
    [
      "auth: { users: [{ username: a, password: x }, { username: a, password: y }] }",
      "auth.users[1] ('a') is there twice",
    ],
    [
      "auth: { users: [{ username: a, password: x, access: admin }] }",
      "auth.users[0].access is read or write, not 'admin'",
    ],
    [
      "auth: { users: [{ username: a, password: x, role: r }] }",
      "There is no setting auth.users[0].role: auth.users[0] has username, password, password_hash, access, repositories",
    ],
    [
      "auth: { users: [{ username: a, password: x, repositories: team/* }] }",
      "auth.users[0].repositories is a list of patterns, not 'team/*'",
    ],
    [
      "auth: { users: [{ username: a, password: x, repositories: ['Team//x'] }] }",
      "auth.users[0].repositories[0] is a pattern such as team/app, team/* or **, not 'Team//x'",
    ],
    ["proxy: { registries: [{ name: a }] }", "proxy.registries[0].url is missing: it is a URL"],
    ["redirect: maybe", "redirect is one of auto, on, off, not 'maybe'"],
    ["redirect: on", "redirect is 'on', but clients cannot read from a folder"],
    [
      "storage: { public_endpoint: 'https://s3.example.com' }",
      "storage.public_endpoint has no meaning for a folder",
    ],
    [
      "redirect: off\nstorage: { type: s3, bucket: b, public_endpoint: 'https://s3.example.com' }",
      "storage.public_endpoint has no meaning where redirect is 'off'",
    ],
    ...["s3.example.com", "ftp://s3.example.com"].map((text) => [
      `storage: { type: s3, bucket: b, public_endpoint: '${text}' }`,
      "storage.public_endpoint is an address such as https://s3.example.com, not",
    ]),
    [
      "storage: { type: s3, bucket: b, public_endpoint: 'https://me:secret@s3.example.com' }",
      "storage.public_endpoint is an address without user, query and fragment",
    ],
    ["just text", "config.yaml holds no settings"],
    [
      "a: b: c",
      "config.yaml is neither YAML nor JSON: Nested mappings are not allowed in compact mappings at line 1, column 4",
    ],
    [
      "server: { port: 1 }\nserver: { port: 2 }",
      "config.yaml is neither YAML nor JSON: Map keys must be unique at line 2, column 1",
    ],
    [
      "server: { address: 0.0.0.0 }",
      "Listening on 0.0.0.0 lets everybody who reaches this machine read and write, since no users are configured",
    ],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it("in the environment bear the variable's name", () => {
    const env = { OCTOSERVE_SERVER_PORT: "x" }
    expect(() => read("", { env })).toThrow("OCTOSERVE_SERVER_PORT is a port from 0 to 65535, not 'x'")
  })

  it("never show what is secret", () => {
    for (const text of [
      "auth: { users: [{ username: a, password: [hush] }] }",
      "auth: { users: [{ username: a, password_hash: hush }] }",
      "storage: { type: s3, bucket: b, secret_key: [hush] }",
    ]) {
      expect(() => read(text)).toThrow(/^(?!.*hush)/)
    }
  })
})

describe("listening beyond this machine", () => {
  const everywhere = (rest: string) => `server: { address: "::" }\n${rest}`

  it.each([
    everywhere("auth: { htpasswd: users }"),
    everywhere(`auth: { users: [{ username: a, password_hash: ${HASH} }] }`),
    'server: { address: "::", insecure_listen: true }',
    "server: { address: 127.0.0.2 }",
    'server: { address: "::1" }',
  ])("is fine with %s", (text) => {
    expect(() => read(text)).not.toThrow()
  })
})

describe("what is printed of it", () => {
  const text = `storage: { type: s3, bucket: b, access_key: id, secret_key: hush1 }
auth: { users: [{ username: a, password: hush2 }, { username: b, password_hash: ${HASH} }] }
server: { read_timeout: 1m30s }`

  it("has everything but the secrets", () => {
    const printed = printConfig(read(text))
    expect(printed).toMatch(/bucket: b\n.*access_key: id\n.*secret_key: "?\*\*\*/s)
    expect(printed).toContain("read_timeout: 1m30s")
    expect(printed).not.toMatch(/hush|\$2b/)
  })

  it("can be read again where there are no secrets", () => {
    const printed = printConfig(read("storage: { type: s3, bucket: b }\nserver: { port: 7 }"))
    expect(printConfig(read(printed))).toBe(printed)
  })
})
