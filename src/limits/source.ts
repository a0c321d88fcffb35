import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { OptionError } from '../base/errors.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Range = ReturnType<typeof ipaddr.parseCIDR>

/** Null when it is no IP address. An address with an IPv4 address inside (`::ffff:192.0.2.1`) is that address. */
export function parseAddress(text: string): Address | null {
  // Node's test, because ipaddr throws and catches for other texts (0.2 ms on a resolver), and accepts short forms.
  if (isIPv4(text)) return ipaddr.IPv4.parse(text)
  return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null
}

/**
 * The key that attempts are counted by: an IPv4 address, also one embedded by NAT64, or the /64 of an IPv6 address,
 * which is what one customer has.
 */
export function sourceOf(ip: string | null): string | null {
  const address = ip === null ? null : parseAddress(ip)
  if (address === null) return null
  if (address.kind() === 'ipv4') return address.toString()
  const bytes = address.toByteArray()
  if (isTranslated(bytes)) return bytes.slice(12).join('.')
  return `${Buffer.from(bytes.slice(0, 8)).toString('hex')}/64`
}

const NAT64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
const NAT64_LOCAL = [0x00, 0x64, 0xff, 0x9b, 0, 1]

/** `64:ff9b::/96` (RFC 6052), and a /96 of `64:ff9b:1::/48` (RFC 8215): the last four bytes are an IPv4 address. */
function isTranslated(bytes: readonly number[]): boolean {
  const begins = (prefix: readonly number[]) => prefix.every((byte, at) => bytes[at] === byte)
  return begins(NAT64) || (begins(NAT64_LOCAL) && bytes.slice(12).some((byte) => byte !== 0))
}

/**
 * Reads IP addresses and CIDR ranges.
 * @throws {OptionError} for any other text.
 */
export function readRanges(option: string, texts: readonly string[]): Range[] {
  return texts.map((text) => {
    const address = parseAddress(text)
    if (address !== null) return [address, address.kind() === 'ipv4' ? 32 : 128]
    const range = parseRange(text)
    if (range !== null) return range
    throw new OptionError(
      option,
      `needs addresses or CIDR ranges such as 10.0.0.0/8, got ${JSON.stringify(text)}`,
    )
  })
}

/** A range with IPv4 addresses inside (`::ffff:10.0.0.0/104`) is the range of those. */
function parseRange(text: string): Range | null {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.IPv6.isValidCIDR(text)) return null
  const [address, bits] = ipaddr.IPv6.parseCIDR(text)
  if (!address.isIPv4MappedAddress()) return [address, bits]
  return bits < 96 ? null : [address.toIPv4Address(), bits - 96]
}

export function isWithin(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some((range) => range[0].kind() === address.kind() && address.match(range))
}
