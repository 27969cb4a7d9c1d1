/**
 * Counters, gauges and histograms in the text format of Prometheus.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 * @module
 */

/** Few and known beforehand: every combination of values is kept for good. */
type Labels = Readonly<Record<string, string | number>>

interface Metric {
  render(): string
}

export interface Counter extends Metric {
  add(labels: Labels, amount?: number): void
}

export interface Histogram extends Metric {
  /** @param value seconds */
  observe(labels: Labels, value: number): void
}

/** Seconds: from a cached answer to a layer over a slow line. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

export function createCounter(name: string, help: string, type: "counter" | "gauge" = "counter"): Counter {
  const values = new Map<string, number>()
  return {
    add(labels, amount = 1) {
      const key = write(labels)
      values.set(key, (values.get(key) ?? 0) + amount)
    },
    render: () =>
      page(
        name,
        help,
        type,
        [...values].map(([labels, value]) => `${name}${labels} ${value}`),
      ),
  }
}

export function createHistogram(name: string, help: string): Histogram {
  const series = new Map<
    string,
    { readonly labels: Labels; readonly counts: number[]; sum: number; count: number }
  >()

  function lines({
    labels,
    counts,
    sum,
    count,
  }: {
    labels: Labels
    counts: number[]
    sum: number
    count: number
  }) {
    const buckets = BUCKETS.map((le, index) => `${name}_bucket${write({ ...labels, le })} ${counts[index]}`)
    return [
      ...buckets,
      `${name}_bucket${write({ ...labels, le: "+Inf" })} ${count}`,
      `${name}_sum${write(labels)} ${sum}`,
      `${name}_count${write(labels)} ${count}`,
    ]
  }

  return {
    observe(labels, value) {
      const key = write(labels)
      const one = series.get(key) ?? { labels, counts: BUCKETS.map(() => 0), sum: 0, count: 0 }
      series.set(key, one)
      // Buckets are cumulative: each counts everything up to its bound.
      for (const [index, bound] of BUCKETS.entries())
        if (value <= bound) one.counts[index] = (one.counts[index] ?? 0) + 1
      one.sum += value
      one.count++
    },
    render: () => page(name, help, "histogram", [...series.values()].flatMap(lines)),
  }
}

function page(name: string, help: string, type: string, lines: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map((line) => `${line}\n`).join("")}`
}

function write(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`)
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
}
