/**
 * Who holds a lock, and whether that process still runs. Linux tells of processes in files; elsewhere the answer is unknown.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 * @module
 */
import { readFile, readlink } from "node:fs/promises"

/** This process: boot, PID namespace, process and its start, so that no other process ever has the same. */
export async function thisProcess(): Promise<string | undefined> {
  try {
    const [boot, space, self] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "latin1"),
      readlink("/proc/self/ns/pid"),
      runningProcess("self"),
    ])
    return self && [boot.trim(), space, self.pid, self.started].join("/")
  } catch {
    return undefined
  }
}

/** Whether the process that {@link thisProcess} named runs; undefined where that cannot be told, such as on another machine. */
export async function isRunning(owner: string): Promise<boolean | undefined> {
  const [boot, space, pid, started] = owner.split("/")
  const here = await thisProcess()
  if (!pid || !started || !here?.startsWith(`${boot}/${space}/`)) return undefined
  const found = await runningProcess(pid)
  if (found?.started === started) return true
  // A system that hides the processes of others hides the first one too.
  return found || (await runningProcess("1")) ? false : undefined
}

async function runningProcess(pid: string) {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "")
  // The command's name, in brackets, may hold anything; the state follows it, and the start as the 20th field from there.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const [state] = fields
  const started = fields[19]
  const ended = state === "Z" || state === "X"
  return started === undefined || ended ? undefined : { pid: stat.slice(0, stat.indexOf(" ")), started }
}
