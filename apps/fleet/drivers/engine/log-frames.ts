// A container's output as the engine sends it without a terminal: frames of eight bytes (stream, three zeros, length) and
// that many of text, each with the time it was said at and, of a service, who said it. Turned into lines. Pure.

import { StringDecoder } from 'node:string_decoder';

const HEAD_LENGTH = 8;
/** The engine's own words: why it cannot give all of a service's log. They have no time. */
const ENGINE_STREAM = 3;
/** A line that does not end by then is handed out in parts. */
const MAX_LINE_LENGTH = 64 * 1024;

export interface LoggedLine {
  readonly text: string;
  /** RFC 3339 with nanoseconds. */
  readonly at: string;
  /** As the engine has it, `key=value` with commas; empty where it was not asked to tell. */
  readonly writer: string;
}

export class LogFrames {
  readonly #onLine: (line: LoggedLine) => void;
  readonly #tellsWriter: boolean;
  #received: Buffer = Buffer.alloc(0);
  /** One for each writer and stream: all may be in the middle of a line. */
  readonly #unfinished = new Map<string, { readonly decoder: StringDecoder; text: string }>();

  /** @param tellsWriter whether the engine was asked for `details` */
  constructor(onLine: (line: LoggedLine) => void, tellsWriter = false) {
    this.#onLine = onLine;
    this.#tellsWriter = tellsWriter;
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
    const [at, afterTime] = wordOf(frame);
    const [writer, said] = this.#tellsWriter ? wordOf(afterTime) : ['', afterTime];
    const key = `${stream} ${writer}`;
    const line = this.#unfinished.get(key) ?? { decoder: new StringDecoder('utf8'), text: '' };
    this.#unfinished.set(key, line);
    const lines = (line.text + line.decoder.write(said)).split('\n');
    line.text = lines.pop() ?? '';
    if (line.text.length > MAX_LINE_LENGTH) lines.push(line.text);
    if (line.text.length > MAX_LINE_LENGTH) line.text = '';
    for (const text of lines) this.#onLine({ text, at, writer });
  }
}

/** What stands before the first space, and what after it. */
function wordOf(bytes: Buffer): [string, Buffer] {
  const space = bytes.indexOf(0x20);
  return [bytes.toString('latin1', 0, Math.max(0, space)), bytes.subarray(space + 1)];
}
