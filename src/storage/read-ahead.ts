/**
 * Large objects over several connections: the next pieces are fetched while the first is delivered, in order. One connection to
 * a store gets only so much of the line, and every request waits for a round trip.
 *
 * Where the store turns out to be fast, on this machine or next to it, that is no help: then the rest comes as it did before, by
 * few requests, one after the other. What is fetched ahead is held in memory, within the process's budget; where that is spent,
 * pieces follow each other too.
 * @module
 */
import { Readable } from "node:stream"
import type { MemoryBudget } from "./budget.ts"

/** Bytes fetched by one request from a slow store, and by the first one. */
export const PIECE = 4 * 1024 * 1024

/** Pieces of one object that are fetched before their turn. */
const AHEAD = 8

/** Bytes fetched by one request from a fast store. */
const LARGE_PIECE = 64 * 1024 * 1024

/** Bytes a second that a fast store gives by one connection: a reader has to wait for more than these take to come. */
const FAST = 80 * 1024 * 1024

export interface ReadAheadOptions {
  /** Of the whole, in bytes. */
  readonly length: number
  /** Bytes that the first piece has. */
  readonly first: number
  /** Opens bytes `start` to `end - 1`. What it rejects with is final. */
  readonly open: (start: number, end: number, signal: AbortSignal) => Promise<Readable>
  readonly budget: MemoryBudget
}

/** A body that begins with `first` and goes on with what `open` gives. */
export function readAhead(first: Readable, options: ReadAheadOptions): Readable {
  return new AheadBody(first, options)
}

/** Chunks of one piece wait here for their turn. */
interface Piece {
  /** Bytes. */
  readonly size: number
  readonly chunks: Buffer[]
  stream?: Readable
  isOver: boolean
  /** Undefined: what nobody wants yet must not be read. */
  readonly room: Disposable | undefined
}

class AheadBody extends Readable {
  readonly #options: ReadAheadOptions
  readonly #closed = new AbortController()
  /** In their order; the first is being delivered. */
  readonly #pieces: Piece[] = []
  /** Bytes that were asked for. */
  #asked: number
  #isWanted = false
  /** Once and for all: what is fetched ahead comes without waiting, which says nothing of the store. */
  #isSlow = false
  /** Milliseconds for which the reader has waited for the piece that is being delivered, and since when it does now. */
  #waited = 0
  #waitsSince: number | undefined

  constructor(first: Readable, options: ReadAheadOptions) {
    super()
    this.#options = options
    this.#asked = options.first
    const piece: Piece = { size: options.first, chunks: [], isOver: false, room: undefined }
    this.#pieces.push(piece)
    this.#attach(piece, first)
  }

  override _read(): void {
    this.#isWanted = true
    this.#fetch()
    this.#deliver()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#closed.abort(error)
    for (const { stream, room } of this.#pieces.splice(0)) {
      stream?.destroy()
      room?.[Symbol.dispose]()
    }
    callback(error)
  }

  /** Asks for as many pieces as there is use and room for; for one in any case when there is none to deliver. */
  #fetch(): void {
    const { length, budget } = this.#options
    const most = this.#isSlow ? AHEAD + 1 : 1
    while (this.#asked < length && this.#pieces.length < most) {
      const size = Math.min(this.#isSlow ? PIECE : LARGE_PIECE, length - this.#asked)
      const room = this.#isSlow ? budget.tryReserve(size) : undefined
      if (!room && this.#pieces.length > 0) return
      const piece: Piece = { size, chunks: [], isOver: false, room }
      this.#pieces.push(piece)
      void this.#open(piece, this.#asked, this.#asked + size)
      this.#asked += size
    }
  }

  async #open(piece: Piece, start: number, end: number): Promise<void> {
    const { signal } = this.#closed
    try {
      const stream = await this.#options.open(start, end, signal)
      if (signal.aborted) stream.destroy()
      else this.#attach(piece, stream)
    } catch (error) {
      if (!signal.aborted) this.destroy(error as Error)
    }
  }

  #attach(piece: Piece, stream: Readable): void {
    piece.stream = stream
    stream.on("data", (chunk: Buffer) => {
      piece.chunks.push(chunk)
      if (piece === this.#pieces[0]) this.#stopWaiting()
      this.#deliver()
      if (!piece.room && piece.chunks.length > 0) stream.pause()
    })
    stream.once("end", () => {
      piece.isOver = true
      this.#deliver()
    })
    stream.once("error", (error) => this.destroy(error))
  }

  /** Gives the reader what it wants, as far as it is there. */
  #deliver(): void {
    for (let piece = this.#pieces[0]; piece && this.#isWanted; piece = this.#pieces[0]) {
      for (
        let chunk = piece.chunks.shift();
        chunk;
        chunk = this.#isWanted ? piece.chunks.shift() : undefined
      ) {
        this.#isWanted = this.push(chunk)
      }
      if (piece.chunks.length > 0) return
      if (!piece.isOver) {
        if (!this.#isWanted) return
        piece.stream?.resume()
        this.#waitsSince ??= performance.now()
        return
      }
      this.#judge(piece)
      this.#pieces.shift()
      piece.room?.[Symbol.dispose]()
      if (this.#pieces.length === 0 && this.#asked >= this.#options.length) {
        this.push(null)
        return
      }
      this.#fetch()
    }
  }

  #stopWaiting(): void {
    if (this.#waitsSince !== undefined) this.#waited += performance.now() - this.#waitsSince
    this.#waitsSince = undefined
  }

  #judge({ size }: Piece): void {
    this.#isSlow ||= this.#waited / 1000 > size / FAST
    this.#waited = 0
  }
}
