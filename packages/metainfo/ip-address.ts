// IP addresses as bytes and as text. Invariant: one address has one text (RFC 5952), and an IPv4 address inside an
// IPv6 one (`::ffff:1.2.3.4`) is that IPv4 address, so no peer is known by two names.

const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
const IPV6_GROUPS = 8;
/** The first 12 bytes of an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2). */
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** 4 or 16 bytes; undefined when the text is not an address (a name, a zone, brackets). */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.subarray(MAPPED_PREFIX.length) : bytes;
}

/** @param bytes 4 (IPv4) or 16 (IPv6) of them, in network order */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === IPV4_LENGTH) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (isMapped(bytes)) return formatIpAddress(bytes.subarray(MAPPED_PREFIX.length));
  const groups = Array.from({ length: IPV6_GROUPS }, (_, index) => (bytes[2 * index] << 8) | bytes[2 * index + 1]);
  const { start, length } = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  // A single zero group is written out (RFC 5952, 4.2.2).
  if (length < 2) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}

/** The one spelling of an address; undefined when the text is not an address. */
export function canonicalIpAddress(text: string): string | undefined {
  const bytes = parseIpAddress(text);
  return bytes === undefined ? undefined : formatIpAddress(bytes);
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === IPV6_LENGTH && MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.', IPV4_LENGTH + 1);
  if (parts.length !== IPV4_LENGTH) return undefined;
  // No leading zeros: some programs read them as octal.
  if (!parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::', 3);
  if (halves.length === 3) return undefined;
  const head = parseGroups(halves[0], halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1], true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_LENGTH - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** Bytes of `a:b:c`; the last group may be an IPv4 address where `atEnd`. */
function parseGroups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':', IPV6_GROUPS + 1);
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const embedded = atEnd && index === groups.length - 1 ? parseIpv4(group) : undefined;
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let end = 0; end <= groups.length; end++) {
    if (end < groups.length && groups[end] === 0) continue;
    if (end - start > best.length) best = { start, length: end - start };
    start = end + 1;
  }
  return best;
}
