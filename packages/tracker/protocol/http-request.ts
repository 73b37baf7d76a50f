// The head of an HTTP/1 request, as far as a tracker needs it (RFC 9112): what is asked for, and whether the connection goes on.
// Requests that carry a body, or whose form leaves room for two readings, end the connection: nothing behind them is believed.

export interface HttpRequest {
  readonly method: string;
  /** As it came: `/announce?…`. */
  readonly target: string;
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
const VERSION_LENGTH = ' HTTP/1.1'.length;

/** @param lines from the CR LF behind the request line to the one before the empty line, both included */
export function parseHeaders(lines: string): HttpHeaders {
  const connection = CONNECTION.exec(lines)?.[1].toLowerCase();
  return {
    isSound: !AMBIGUOUS.test(lines) && !BODY.test(lines),
    hasHost: HOST.test(lines),
    connection: connection as HttpHeaders['connection'],
  };
}

/** @param line the request line, one character a byte  @returns undefined when it is not to be understood */
export function parseRequestLine(line: string, headers: HttpHeaders): HttpRequest | undefined {
  const space = line.indexOf(' ');
  const end = line.length - VERSION_LENGTH;
  const isNewer = line.endsWith(' HTTP/1.1');
  if (space < 1 || end <= space + 1 || !(isNewer || line.endsWith(' HTTP/1.0'))) return undefined;
  const target = line.slice(space + 1, end);
  if (target.includes(' ') || (isNewer && !headers.hasHost)) return undefined;
  const keepsAlive = isNewer ? headers.connection !== 'close' : headers.connection === 'keep-alive';
  return { method: line.slice(0, space), target, keepsAlive };
}
