/**
 * Sizes and durations as people write them.
 * @module
 */
const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
}

/** The way that {@link parseBytes} reads back: `16MiB`, `5GiB`, plain bytes where no unit fits. */
export function formatSize(bytes: number): string {
  const unit = (["GiB", "MiB", "KiB"] as const).find((unit) => bytes % factorOf(unit) === 0)
  return unit && bytes > 0 ? `${bytes / factorOf(unit)}${unit}` : String(bytes)
}

function factorOf(unit: string): number {
  return FACTORS[unit.toLowerCase()] ?? 1
}

/** Milliseconds. */
const PERIODS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads `100ms`, `1.5s`, `1m30s` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/([\d.]+)([a-z]+)/g)]
  const milliseconds = Math.round(
    parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (PERIODS[unit] ?? 0), 0),
  )
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined
}

/** The way that {@link parseDuration} reads back: `20m`, `1500ms`. */
export function formatDuration(milliseconds: number): string {
  const unit = ["h", "m", "s"].find((unit) => milliseconds % (PERIODS[unit] ?? 1) === 0) ?? "ms"
  return `${milliseconds / (PERIODS[unit] ?? 1)}${unit}`
}

/** Reads `96MiB`, `100MB`, `64m` or plain bytes; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? []
  const factor = FACTORS[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) return undefined
  const bytes = Math.round(Number(digits) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}
