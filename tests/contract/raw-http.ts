// HTTP by hand over a socket: what is sent and what comes back, byte for byte.

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawAnswer {
  readonly statusLine: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends one request with these header lines (`Host` and `Connection` are added) and reads to the end. */
export async function rawRequest(
  port: number,
  requestLine: string,
  headerLines: readonly string[] = [],
  body = '',
): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1' });
  const named = headerLines.some((line) => /^host:/i.test(line)) ? [] : [`Host: localhost:${port}`];
  const head = [`${requestLine} HTTP/1.1`, ...named, ...headerLines, 'Connection: close', '', ''].join('\r\n');
  socket.write(head + body);
  const answer = await text(socket);
  const end = answer.indexOf('\r\n\r\n');
  const [statusLine, ...lines] = answer.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  });
  return { statusLine, headers: new Map(headers), body: answer.slice(end + 4) };
}
