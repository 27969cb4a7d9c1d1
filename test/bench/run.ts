/**
 * Benchmarks. What they find is printed as a table and kept as JSON, from which the charts of the manual are drawn.
 *
 *     npm run bench                     a few minutes
 *     npm run bench -- --full           everything, with every peer that is installed
 *     npm run bench -- --runs 5 serve   one of them by name, five runs
 *
 * The engine is that of DOCKER_HOST.
 * @module
 */
import { parseArgs } from "node:util"
import { imageStore } from "../support/docker.ts"
import type { Bench } from "./bench.ts"
import { keepResults } from "./report/results.ts"
import { tableOf } from "./report/table.ts"
import { cost } from "./cost.ts"
import { growth } from "./growth.ts"
import { link } from "./link.ts"
import { memory } from "./memory.ts"
import { serve } from "./serve/serve.ts"
import { start } from "./start.ts"
import { transfers } from "./transfers.ts"
import { uplink } from "./uplink.ts"

const BENCHES: readonly Bench[] = [transfers, start, serve, link, uplink, memory, growth, cost]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false }, runs: { type: "string", default: "3" } },
})
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name))
if (unknown.length > 0) {
  const names = BENCHES.map(({ name, describe }) => `  ${name.padEnd(12)} ${describe}`)
  throw new Error(`there is no benchmark ${unknown.join(", ")}:\n${names.join("\n")}`)
}
const chosen = BENCHES.filter(({ name, quick }) =>
  positionals.length > 0 ? positionals.includes(name) : quick || values.full,
)
for (const bench of chosen) {
  console.log(`${bench.name}: ${bench.describe}`)
  const say = (text: string): void => console.log(`  ${text}`)
  const rows = await bench.run({ runs: Number(values.runs), full: values.full, say })
  console.log(`\n${tableOf(rows)}\n`)
  await keepResults(bench.engine ? `${bench.name}-${await imageStore()}` : bench.name, rows)
}
