/**
 * Text in lines of a given width.
 * @module
 */

/** Breaks at spaces; a word that is longer than a line keeps a line to itself. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A term, indented, and its text in a column that starts at `gutter`. A term that reaches into it gets a line of its own. */
export function columns([term, text]: readonly [string, string], gutter: number, width: number): string[] {
  const indented = `  ${term}`
  const lines = wrap(text, Math.max(width - gutter, 20)).map((line) =>
    `${" ".repeat(gutter)}${line}`.trimEnd(),
  )
  if (indented.length + 2 > gutter) return [indented, ...lines.filter((line) => line !== "")]
  const [first = "", ...rest] = lines
  return [`${indented.padEnd(gutter)}${first.slice(gutter)}`.trimEnd(), ...rest]
}
