/**
 * Results: what a command that has done its work writes, and where.
 * @module
 */
import { writeFile } from "node:fs/promises"
import type { BlobCount } from "../bridge/events.ts"
import type { PullResult } from "../bridge/pull.ts"
import type { PushResult } from "../bridge/push.ts"
import type { Artifact } from "./artifact.ts"
import type { Io } from "./io.ts"
import { type Store, urlOf } from "./store.ts"
import type { TransferFlags } from "./transfer-flags.ts"
import type { Timed } from "./transfer.ts"
import { formatBytes, formatCount, formatSeconds } from "./units.ts"

/** Where and in which form results are wanted. */
type Form = Pick<TransferFlags, "json" | "quiet" | "digestFile">

export interface Report {
  /** One line for people. */
  readonly summary: string
  /** Lines of stdout. */
  readonly lines: readonly string[]
  /** The same with --quiet, and in the file of --digest-file: digest references. */
  readonly references: readonly string[]
  readonly json: unknown
}

/** The results come last, so that whoever sees them knows that all is done. */
export async function writeReport(
  { summary, lines, references, json }: Report,
  { stdout, stderr }: Io,
  { quiet, json: asJson, digestFile }: Form,
): Promise<void> {
  if (digestFile !== undefined) await writeFile(digestFile, textOf(references))
  if (!quiet) stderr.write(`${summary}\n`)
  stdout.write(asJson ? `${JSON.stringify(json, undefined, 2)}\n` : textOf(quiet ? references : lines))
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("")
}

export function reportPush(store: Store, { result, seconds }: Timed<PushResult>): Report {
  const { image, stored, present } = result
  const published = result.published.map(({ name, tag, digest, previous = null }) => ({
    reference: urlOf(store, { name, tag }, digest),
    name,
    tag,
    digest,
    previous,
  }))
  const references = published.map(({ reference }) => reference)
  return {
    summary: summarizePush(result, seconds),
    lines: references,
    references,
    json: { image, digest: published[0]?.digest, published, stored, present, seconds },
  }
}

/** @param other what the image went to */
export function reportPull(
  store: Store,
  artifact: Artifact,
  { result, seconds }: Timed<PullResult>,
  other = "the daemon",
): Report {
  const { image, digest, read } = result
  const reference = urlOf(store, artifact, digest)
  return {
    summary: summarizePull(result, seconds, other),
    lines: [`${image} ${digest}`],
    references: [reference],
    json: { image, digest, reference, read, seconds },
  }
}

function summarizePush({ stored, present, published }: PushResult, seconds: number): string {
  const there = present.blobs === 0 ? "" : `; ${volume(present)} were there already`
  if (stored.blobs > 0)
    return `Stored ${volume(stored)} in ${formatSeconds(seconds)}${rate(stored, seconds)}${there}.`
  const unchanged = published.every(({ digest, previous }) => digest === previous)
  return `${unchanged ? "Unchanged" : "Stored no blob"}, in ${formatSeconds(seconds)}${there}.`
}

function summarizePull({ read }: PullResult, seconds: number, other: string): string {
  if (read.blobs === 0) return `Unchanged, in ${formatSeconds(seconds)}: ${other} had everything already.`
  return `Read ${volume(read)} in ${formatSeconds(seconds)}${rate(read, seconds)}.`
}

function volume({ blobs, bytes }: BlobCount): string {
  return `${formatBytes(bytes)} in ${formatCount(blobs, "blob")}`
}

function rate({ bytes }: BlobCount, seconds: number): string {
  return seconds > 0 ? ` (${formatBytes(bytes / seconds)}/s)` : ""
}
