import { join } from "node:path"
import { defineConfig } from "vitest/config"

/** One project per kind of suite, so that each runs by name and with limits that fit it. */
const project = (name: string, include: string[], seconds: number, parallel = true) => ({
  test: {
    name,
    include,
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    fileParallelism: parallel,
    // On a machine that is busy with something else, a second is soon over.
    expect: { poll: { timeout: 8000 } },
  },
})

/** Where every run leaves its results as JSON, so that whoever starts several can count their tests. */
const results = process.env["TEST_RESULTS"]

export default defineConfig({
  test: {
    ...(results && {
      reporters: ["default", "json"],
      outputFile: { json: join(results, `${process.pid}.json`) },
    }),
    projects: [
      project("unit", ["test/{unit,http,cli}/**/*.test.ts"], 30),
      project("storage", ["test/storage/**/*.test.ts"], 60),
      project("server", ["test/server/**/*.test.ts"], 60),
      project("e2e", ["test/e2e/**/*.test.ts"], 300, false),
      project("conformance", ["test/conformance/**/*.test.ts"], 300, false),
      project("documents", ["test/documents/**/*.test.ts"], 60, false),
      project("package", ["test/package/**/*.test.ts"], 120),
      project("interop", ["test/interop/**/*.test.ts"], 300, false),
    ],
  },
})
