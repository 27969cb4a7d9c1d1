/**
 * A large layer that is long in coming, as from a daemon that compresses it meanwhile, over a line that is slower than that: what
 * is in the temporary file already goes ahead to the key of an upload session, and the store moves it once the digest is known.
 * Over a fast line nothing is gained by that, and the store would copy: the layer is sent when it is complete.
 * @module
 */
import { isStorageError } from "../storage/driver.ts"
import type { Overflow } from "./spool.ts"
import type { TempFile } from "./temp-file.ts"

/** What the uploads of one registry know of the line to their store. */
export interface Line {
  /** Blobs on their way. */
  sending: number
  /** False once it was found to be as fast as the store copies, or nothing can be staged there. */
  isWorthTrying: boolean
}

interface HeadStartOptions {
  readonly file: TempFile
  readonly line: Line
  readonly openStaging: (onStored: (bytes: number) => void) => Promise<Overflow>
  /** Called with the bytes that the store has newly taken, once it is known what blob they are. */
  readonly onStored: (bytes: number) => void
  readonly when?: typeof WHEN
}

/** Whoever sends faster than this compresses nothing, and is soon done. */
const WHEN = {
  /** Bytes that have come. */
  from: 16 * 1024 * 1024,
  /** Milliseconds since there were too many of them for the memory. */
  after: 1000,
  /** Bytes a second that a store copies within itself, at least. */
  copies: 100e6,
}

/** Bytes sent on at a time. */
const BATCH = 1024 * 1024

export function withHeadStart(options: HeadStartOptions): Overflow {
  const { file, line, when = WHEN } = options
  const begun = performance.now()
  let ahead: HeadStart | undefined

  /** One at a time, and nothing that may turn out to be there already before something that is needed. */
  function isTime(): boolean {
    if (ahead || !line.isWorthTrying || line.sending > 0) return false
    return file.size >= when.from && performance.now() - begun >= when.after
  }

  return {
    read: () => file.read(),

    async append(chunk) {
      await file.append(chunk)
      if (isTime()) ahead = startAhead({ ...options, when })
      ahead?.goOn()
    },

    async store(key) {
      return (await ahead?.store(key)) ?? file.store(key)
    },

    async [Symbol.asyncDispose]() {
      await ahead?.[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
    },
  }
}

interface HeadStart extends AsyncDisposable {
  /** To be called when more has come. */
  goOn(): void
  /** As {@link Overflow.store}; undefined where nothing came of it: the file is still to be sent. */
  store(key: string): Promise<boolean | undefined>
}

function startAhead({ file, line, openStaging, onStored, when }: Required<HeadStartOptions>): HeadStart {
  const since = performance.now()
  let position = 0
  let stored = 0
  let isComplete = false
  let isOver = false
  let isNamed = false
  let wake: (() => void) | undefined

  function onPart(bytes: number): void {
    // The first part tells, before it has to wait for more to come.
    if (stored === 0 && bytes >= (when.copies * (performance.now() - since)) / 1000) {
      line.isWorthTrying = false
      stop()
    }
    stored += bytes
    if (isNamed) onStored(bytes)
  }

  async function send(): Promise<boolean> {
    line.sending += 1
    try {
      const staging = await opening
      const buffer = Buffer.allocUnsafeSlow(BATCH)
      for (;;) {
        const bytes = await file.readAt(position, buffer)
        position += bytes
        if (isOver) return false
        if (bytes > 0) await staging.append(buffer.subarray(0, bytes))
        else if (isComplete) return true
        else if (position === file.written) await more()
      }
    } finally {
      line.sending -= 1
    }
  }

  function more(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve
    })
  }

  function stop(): void {
    isOver = true
    wake?.()
  }

  const opening = openStaging(onPart)
  const sent = send().catch(() => {
    // What cannot go ahead goes later, with errors of its own.
    line.isWorthTrying = false
    return false
  })

  let disposing: Promise<void> | undefined

  async function takeBack(): Promise<void> {
    stop()
    // Whatever is left at the store expires.
    await opening.then((staging) => staging[Symbol.asyncDispose]()).catch(() => undefined)
    await sent
  }

  function dispose(): Promise<void> {
    disposing ??= takeBack()
    return disposing
  }

  return {
    goOn: () => wake?.(),

    async store(key) {
      await file.flush()
      const saved = performance.now() - since
      if (isOver || saved < (file.size / when.copies) * 1000) {
        await dispose()
        return undefined
      }
      isNamed = true
      onStored(stored)
      isComplete = true
      wake?.()
      try {
        return (await sent) ? await (await opening).store(key) : undefined
      } catch (error) {
        if (isStorageError(error)) return undefined
        throw error
      }
    },

    [Symbol.asyncDispose]: dispose,
  }
}
