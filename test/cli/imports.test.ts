/**
 * Help and versions are printed, and mistakes found, without loading a cloud's SDK, a web server or the Docker client.
 */
import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { expect, it } from "vitest"

/** Modules that a file loads when it is loaded; types and `await import` are none. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8")
  const statements = source.matchAll(/^(?:import|export) (?!type )([^;"]*? from )?"([^"]+)"/gms)
  return [...statements]
    .filter(([, names = ""]) => !/^\{\s*(type [^,}]+,?\s*)+\} from $/.test(names))
    .map(([, , specifier = ""]) => specifier)
}

function packagesBelow(entry: string): Set<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const pending = [resolve(entry)]
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith(".")) pending.push(resolve(dirname(file), specifier))
      else if (!specifier.startsWith("node:")) packages.add(specifier)
    }
  }
  return packages
}

it("loads nothing to start, and yargs to find a command", () => {
  expect([...packagesBelow("src/main.ts")]).toEqual([])
  expect([...packagesBelow("src/cli/program.ts")]).toEqual(["yargs"])
})

it("would notice", () => {
  expect(packagesBelow("src/http/app.ts")).toContain("hono")
  expect(packagesBelow("src/docker/engine.ts")).toContain("dockerode")
})
