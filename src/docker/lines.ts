/**
 * Newline-delimited JSON, read as it arrives.
 * @module
 */
import { DockerError } from "./errors.ts"

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

/**
 * The lines of a daemon's reply.
 *
 * @param purpose the request in words, after "cannot"
 * @throws DockerError FAILED for a line that is no JSON; whatever `chunks` throws
 */
export async function* replyLines(
  chunks: AsyncIterable<Uint8Array>,
  purpose: string,
): AsyncGenerator<unknown, void> {
  try {
    yield* jsonLines(chunks)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new DockerError("FAILED", `Cannot ${purpose}: the daemon's reply is not JSON`, { cause: error })
  }
}

function* parsed(lines: readonly string[]): Generator<unknown, void> {
  for (const line of lines) {
    if (line.trim() !== "") yield JSON.parse(line) as unknown
  }
}
