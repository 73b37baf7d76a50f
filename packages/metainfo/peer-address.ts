// An address where a peer may be reached.

/** `host` is an IPv4 or IPv6 literal without brackets (or, given by hand, a name); `port` is 1–65535. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** The one spelling of an address used as a key and shown to people: `1.2.3.4:5`, `[::1]:5`. */
export function formatAddress(address: PeerAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
