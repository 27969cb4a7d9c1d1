/**
 * A table in Markdown, formatted as the formatter would.
 * @module
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  )
  const [head, ...body] = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  const rule = widths.map((width) => "-".repeat(width))
  return [head ?? [], rule, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("")
}
