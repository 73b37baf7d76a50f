// A container's output as the engine sends it without a terminal: frames of eight bytes (stream, three zeros, length) and
// that many of text, each with the time it was said at. Turned into lines. Pure.

import { StringDecoder } from 'node:string_decoder';

const HEAD_LENGTH = 8;
/** The engine's own words: why it cannot give all of a service's log. They have no time. */
const ENGINE_STREAM = 3;
/** A line that does not end by then is handed out in parts. */
const MAX_LINE_LENGTH = 64 * 1024;

export class LogFrames {
  readonly #onLine: (line: string, at: string) => void;
  #received: Buffer = Buffer.alloc(0);
  /** One for each stream: both may be in the middle of a line. */
  readonly #unfinished = new Map<number, { readonly decoder: StringDecoder; text: string }>();

  /** @param onLine is told each whole line and when it was said, RFC 3339 with nanoseconds */
  constructor(onLine: (line: string, at: string) => void) {
    this.#onLine = onLine;
  }

  take(bytes: Buffer): void {
    let rest = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (rest.length >= HEAD_LENGTH) {
      const end = HEAD_LENGTH + rest.readUInt32BE(4);
      if (rest.length < end) break;
      this.#frame(rest[0], rest.subarray(HEAD_LENGTH, end));
      rest = rest.subarray(end);
    }
    this.#received = rest;
  }

  #frame(stream: number, frame: Buffer): void {
    if (stream === ENGINE_STREAM) return;
    const space = frame.indexOf(0x20);
    const at = frame.toString('latin1', 0, Math.max(0, space));
    const line = this.#unfinished.get(stream) ?? { decoder: new StringDecoder('utf8'), text: '' };
    this.#unfinished.set(stream, line);
    const lines = (line.text + line.decoder.write(frame.subarray(space + 1))).split('\n');
    line.text = lines.pop() ?? '';
    if (line.text.length > MAX_LINE_LENGTH) lines.push(line.text);
    if (line.text.length > MAX_LINE_LENGTH) line.text = '';
    for (const whole of lines) this.#onLine(whole, at);
  }
}
