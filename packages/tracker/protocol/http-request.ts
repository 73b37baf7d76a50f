// The head of an HTTP/1 request, as far as a tracker needs it (RFC 9112): what is asked for, and whether the connection goes on.
// Requests that carry a body, or whose form leaves room for two readings, end the connection: nothing behind them is believed.

export interface HttpRequest {
  readonly method: string;
  /** As it came: `/announce?…`. A view of the request's bytes. */
  readonly target: Buffer;
  readonly keepsAlive: boolean;
}

/** What the header lines say; the same for all requests of most connections. */
export interface HttpHeaders {
  /** Whether they are those of a request without a body, in a form that can be read in one way only. */
  readonly isSound: boolean;
  readonly hasHost: boolean;
  readonly connection: 'close' | 'keep-alive' | undefined;
}

/** CR and LF that do not end a line, NUL, and lines that go on: proxies read them in several ways. */
const AMBIGUOUS = /(?<!\r)\n|\r(?!\n)|\0|\n[ \t]/;
const BODY = /\n(?:content-length[ \t]*:[ \t]*(?!0[ \t]*\r)|transfer-encoding[ \t]*:)/i;
const HOST = /\nhost:/i;
const CONNECTION = /\nconnection:[^\r]*?\b(close|keep-alive)\b/i;
const SPACE = 0x20;
const DELETE = 0x7f;
const NEWER = Buffer.from(' HTTP/1.1');
const OLDER = Buffer.from(' HTTP/1.0');
const GET = Buffer.from('GET ');

/** @param lines from the CR LF behind the request line to the one before the empty line, both included */
export function parseHeaders(lines: string): HttpHeaders {
  const connection = CONNECTION.exec(lines)?.[1].toLowerCase();
  return {
    isSound: !AMBIGUOUS.test(lines) && !BODY.test(lines),
    hasHost: HOST.test(lines),
    connection: connection as HttpHeaders['connection'],
  };
}

/**
 * @param bytes in which the request line stands  @param from its first byte  @param to its CR LF
 * @returns undefined when it is not to be understood
 */
export function parseRequestLine(
  bytes: Buffer,
  from: number,
  to: number,
  headers: HttpHeaders,
): HttpRequest | undefined {
  const end = to - NEWER.length;
  if (end < from) return undefined;
  const isNewer = stands(NEWER, bytes, end);
  if (!(isNewer ? headers.hasHost : stands(OLDER, bytes, end))) return undefined;
  const isGet = stands(GET, bytes, from);
  const space = isGet ? from + GET.length - 1 : bytes.indexOf(SPACE, from);
  // No space in it, no line's end of those that others may see, nothing that no target has.
  for (let at = space + 1; at < end; at++) if (bytes[at] <= SPACE || bytes[at] === DELETE) return undefined;
  if (space === from || space + 1 >= end) return undefined;
  const keepsAlive = isNewer ? headers.connection !== 'close' : headers.connection === 'keep-alive';
  const method = isGet ? 'GET' : bytes.toString('latin1', from, space);
  return { method, target: bytes.subarray(space + 1, end), keepsAlive };
}

function stands(word: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return false;
  return true;
}
