/**
 * Ports that documents name, and that someone else may have.
 * @module
 */
import { connect } from "node:net"

/** The first of these on which something answers on this machine. */
export async function takenPort(ports: readonly number[]): Promise<number | undefined> {
  const answers = await Promise.all(ports.map(isTaken))
  return ports.find((_port, index) => answers[index])
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}
