/**
 * Results on disk: one file for each benchmark, with the machine that they were found on.
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises"
import { cpus, release, totalmem } from "node:os"
import { join } from "node:path"
import { docker } from "../../support/docker.ts"
import type { Row } from "../bench.ts"
import { chartOf } from "./chart.ts"

const RESULTS = new URL("../results/", import.meta.url).pathname

interface Results {
  readonly machine: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

export async function keepResults(name: string, rows: readonly Row[]): Promise<void> {
  await mkdir(RESULTS, { recursive: true })
  const results: Results = { machine: await describeMachine(), rows: rows.map(rounded) }
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(results, undefined, 2)}\n`)
  await writeFile(join(RESULTS, `${name}.svg`), chartOf(`${name.replace("-", ", ")} store`, rows))
}

async function describeMachine(): Promise<Results["machine"]> {
  const [processor] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus().length} × ${processor?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.versions.node,
    engine: await docker("version", "--format", "{{.Server.Version}}").catch(() => "none"),
  }
}

/** Nobody measures a microsecond of a push. */
function rounded(row: Row): Row {
  const round = (measurement: Row["ours"]): Row["ours"] => ({
    ...measurement,
    runs: measurement.runs.map((value) => Number(value.toPrecision(4))),
  })
  return { ...row, ours: round(row.ours), ...(row.peer && { peer: round(row.peer) }) }
}
