// Names and addresses as they stand in URLs and `Host` headers: `host`, `host:port`, `[::1]:port`.

import { canonicalIpAddress } from '@enjambre/metainfo';

/** `host` in lower case, IPv6 literals without brackets and in their shortest form, no dot at the end. */
export interface Authority {
  readonly host: string;
  /** As written; undefined when none is. */
  readonly port: string | undefined;
}

const shape = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]\\]+))(?::([0-9]{1,5}))?$/i;

/** Takes a `Host` header (or the authority of an `Origin`) apart; undefined when it is not one. */
export function parseAuthority(text: string): Authority | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const [, literal, name, port] = match;
  const host = literal === undefined ? name.toLowerCase().replace(/\.$/, '') : canonicalIpAddress(literal);
  return host === undefined ? undefined : { host, port };
}

/** True for an IPv4 or IPv6 address, without brackets. */
export function isIpLiteral(host: string): boolean {
  return canonicalIpAddress(host) !== undefined;
}

/** True for an address (or the name) that only programs of the same machine can reach. */
export function isLoopback(host: string): boolean {
  const address = canonicalIpAddress(host);
  if (address === undefined) return host.toLowerCase() === 'localhost';
  return address === '::1' || address.startsWith('127.');
}
