/**
 * Newline-delimited JSON, read as it arrives.
 * @module
 */

/**
 * One value per line. Chunks may end anywhere, in the middle of a character too; blank lines are skipped, and the last line
 * needs no line end.
 *
 * @throws SyntaxError for a line that is no JSON
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder()
  let pending = ""
  for await (const chunk of chunks) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n")
    pending = lines.pop() ?? ""
    yield* parsed(lines)
  }
  yield* parsed([pending + decoder.decode()])
}

function* parsed(lines: readonly string[]): Generator<unknown, void> {
  for (const line of lines) {
    if (line.trim() !== "") yield JSON.parse(line) as unknown
  }
}
