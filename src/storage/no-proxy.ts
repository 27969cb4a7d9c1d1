/**
 * Which servers no proxy stands before: those of `NO_PROXY`.
 *
 * The list has no standard. This is what curl, Go and Python agree on, and of the rest what is in use: names with all below them,
 * addresses, subnets, each with a port or for all.
 * @see https://about.gitlab.com/blog/we-need-to-talk-no-proxy/
 * @module
 */
import { BlockList, isIP } from "node:net"

/**
 * @param host in lower case, without brackets
 * @param port always given
 */
export type Exemption = (host: string, port: string) => boolean

export function parseExemptions(list: string): Exemption {
  const exemptions = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(parseEntry)
  return (host, port) => exemptions.some((isExempt) => isExempt(host, port))
}

function parseEntry(entry: string): Exemption {
  if (entry === "*") return () => true
  const [, address, bits] = /^(.*)\/(\d+)$/.exec(entry) ?? []
  if (address !== undefined) return subnet(address, Number(bits))
  const [, bracketed, bare = entry, ownPort] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  const isHost = hostMatcher(bracketed ?? bare)
  return (host, port) => (ownPort === undefined || ownPort === port) && isHost(host)
}

function hostMatcher(text: string): (host: string) => boolean {
  const name = text.replace(/^\*?\./, "").replace(/\.$/, "")
  const family = isIP(name)
  if (family !== 0) return subnet(name, family === 4 ? 32 : 128)
  return (host) => host === name || (host.endsWith(`.${name}`) && isIP(host) === 0)
}

/** Addresses can be written in several ways: they are compared as numbers. What is no subnet exempts nothing. */
function subnet(address: string, bits: number): (host: string) => boolean {
  const family = isIP(address)
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return () => false
  const addresses = new BlockList()
  addresses.addSubnet(address, bits, `ipv${family === 4 ? 4 : 6}`)
  return (host) => {
    const own = isIP(host)
    return own !== 0 && addresses.check(host, `ipv${own === 4 ? 4 : 6}`)
  }
}
