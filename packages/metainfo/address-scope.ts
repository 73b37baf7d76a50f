// How far an IP address reaches: it decides whom we talk to for a stranger, and whom we believe.

/** Everything that is not plainly public counts as private: that is the careful side. */
export type AddressScope = 'loopback' | 'private' | 'public';

/** Where the IPv4 address stands in a NAT64 one (RFC 6052). */
const NAT64_PREFIX_LENGTH = 12;

/** @param bytes 4 or 16, not IPv4-mapped (as `parseIpAddress` gives them) */
export function addressScope(bytes: Uint8Array): AddressScope {
  return bytes.length === 4 ? scopeOfIpv4(bytes) : scopeOfIpv6(bytes);
}

function scopeOfIpv4([a, b, c]: Uint8Array): AddressScope {
  if (a === 127) return 'loopback';
  const isPrivate =
    a === 0 || // this host
    a === 10 ||
    (a === 100 && b >= 64 && b < 128) || // carrier NAT
    (a === 169 && b === 254) || // link-local, where clouds keep their secrets
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19)) || // benchmarks
    a >= 224; // multicast, reserved, broadcast
  return isPrivate ? 'private' : 'public';
}

function scopeOfIpv6(bytes: Uint8Array): AddressScope {
  if (bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)) return 'loopback';
  // NAT64 (64:ff9b::/96) and 6to4 (2002::/16) lead to the IPv4 address within.
  if (bytes[0] === 0x00 && bytes[1] === 0x64 && bytes[2] === 0xff && bytes[3] === 0x9b) {
    return scopeOfIpv4(bytes.subarray(NAT64_PREFIX_LENGTH));
  }
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return scopeOfIpv4(bytes.subarray(2, 6));
  return (bytes[0] & 0xe0) === 0x20 ? 'public' : 'private'; // 2000::/3 is what is global
}
