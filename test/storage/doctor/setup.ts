/**
 * The doctor, with a daemon that is all right, in this process.
 * @module
 */
import { startFakeDaemon } from "../../support/fake-daemon.ts"
import { type Ran, run, type RunOptions } from "../../cli/run.ts"

export async function doctor(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  await using daemon = await startFakeDaemon()
  return await run(argv, { ...options, env: { DOCKER_HOST: daemon.address, ...options.env } })
}
