// One HTTP connection to the tracker: requests in, answers out, in order, several at a time where a client sends them so.
// In one run a constant answer of node:http took 48 µs of processor time, an announce here 22 with all that the tracker does.
// Invariants: what is kept of a request is bounded; a client that does not read its answers is not read from.

import type { Socket } from 'node:net';
import { type HttpHeaders, parseHeaders, parseRequestLine } from '../protocol/http-request.ts';
import type { Answer } from '../server/answer.ts';
import type { Asked, Turn } from './turn.ts';

/** Who takes connections over that ask for more than a head can tell. */
export interface Elsewhere {
  /** What the request line begins with, from the method on. */
  readonly prefix: string;
  /** @param unread at least the whole head of that request */
  take(socket: Socket, unread: Buffer): void;
}

/** @param target as it came, lent for the call  @param ip of the client, as the operating system spells it */
export type AnswerRequest = (target: Buffer, ip: string) => Answer;

/** Request line and headers; some 200 info hashes of a scrape fit. */
const MAX_HEAD_LENGTH = 16 * 1024;
/** More than that unread, and the client waits. */
const MAX_UNREAD_LENGTH = 64 * 1024;
const END_OF_LINE = '\r\n';
const END_OF_HEAD = '\r\n\r\n';
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};
const TEXT = 'text/plain; charset=utf-8';

export class HttpConnection implements Asked {
  readonly #socket: Socket;
  readonly #answer: AnswerRequest;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #turn: Turn;
  readonly #date: () => string;
  readonly #ip: string;
  #unread: Buffer | undefined;
  /** How far into it no head ends. */
  #searched = 0;
  /** To be sent. */
  #answers: Buffer[] = [];
  #isInTurn = false;
  /** Those of the request before: most connections send the same again. */
  #headerLines: Buffer = Buffer.alloc(0);
  #headers: HttpHeaders = { isSound: true, hasHost: false, connection: undefined };
  #isEnding = false;
  #isElsewhere = false;
  /** Since when it has been as it is (a request begun, an answer not read, or nothing), by the owner's clock; it is told by `touch`. */
  #changed = true;
  #since = 0;

  constructor(socket: Socket, answer: AnswerRequest, turn: Turn, date: () => string, elsewhere?: Elsewhere) {
    this.#socket = socket;
    this.#answer = answer;
    this.#turn = turn;
    this.#elsewhere = elsewhere;
    this.#date = date;
    this.#ip = socket.remoteAddress ?? '';
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#resume());
  }

  /**
   * Ends the connection when its time is over: `headMs` for a request that began or answers that are not read, `idleMs` for nothing.
   * @param now ms
   */
  check(now: number, headMs: number, idleMs: number): void {
    if (this.#isElsewhere) return;
    if (this.#changed) {
      this.#changed = false;
      this.#since = now;
      return;
    }
    const isStuck = this.#isEnding || this.#socket.isPaused();
    const age = now - this.#since;
    if (isStuck && age > headMs) this.#socket.destroy();
    else if (this.#unread !== undefined && age > headMs) this.#refuse(408, 'The request did not come in time\n');
    else if (age > idleMs) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#isEnding) return;
    const begun = this.#unread;
    // A request that comes byte by byte has the time of one that comes at once.
    if (begun === undefined) this.#changed = true;
    this.#unread = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
    this.#join();
  }

  #join(): void {
    if (this.#isInTurn) return;
    this.#isInTurn = true;
    this.#turn.join(this);
  }

  /** Answers what is there in whole, up to so many bytes of answers that the client may have to read them first. */
  answer(): void {
    this.#isInTurn = false;
    const bytes = this.#unread;
    if (bytes === undefined || this.#isEnding || this.#socket.isPaused()) return;
    let start = 0;
    for (let length = 0; start < bytes.length && !this.#isEnding && length <= MAX_UNREAD_LENGTH; ) {
      const end = bytes.indexOf(END_OF_HEAD, Math.max(start, this.#searched), 'latin1');
      const isLong = (end === -1 ? bytes.length : end) - start > MAX_HEAD_LENGTH;
      if (end === -1 && !isLong) break;
      this.#isElsewhere = !isLong && this.#belongsElsewhere(bytes, start);
      if (this.#isElsewhere) break;
      const answer = isLong
        ? this.#last(431, 'The request is too long\n')
        : this.#answerHead(bytes, start, end + END_OF_LINE.length);
      this.#answers.push(answer);
      length += answer.length;
      start = end + END_OF_HEAD.length;
    }
    // Most often nothing is left; a piece of the next request must not hold on to all that came with it.
    this.#unread = start === 0 ? bytes : start < bytes.length ? Buffer.from(bytes.subarray(start)) : undefined;
    this.#searched = start === 0 ? Math.max(0, bytes.length - END_OF_HEAD.length) : 0;
  }

  send(): void {
    while (this.#answers.length > 0) {
      const answers = this.#answers;
      this.#answers = [];
      this.#write(answers);
      // What is left may be whole requests.
      if (!this.#isElsewhere) this.answer();
    }
    if (this.#isElsewhere) this.#leave();
  }

  #belongsElsewhere(bytes: Buffer, start: number): boolean {
    const prefix = this.#elsewhere?.prefix;
    return prefix !== undefined && bytes.toString('latin1', start, start + prefix.length) === prefix;
  }

  #leave(): void {
    const unread = this.#unread!;
    this.#unread = undefined;
    this.#socket.removeAllListeners('data').removeAllListeners('drain');
    this.#elsewhere?.take(this.#socket, unread);
  }

  #write(answers: readonly Buffer[]): void {
    this.#changed = true;
    this.#socket.write(answers.length === 1 ? answers[0] : Buffer.concat(answers));
    if (this.#isEnding) this.#socket.end();
    else if (this.#socket.writableLength > MAX_UNREAD_LENGTH) this.#socket.pause();
  }

  #resume(): void {
    this.#changed = true;
    if (this.#isEnding || !this.#socket.isPaused()) return;
    this.#socket.resume();
    this.#join();
  }

  /** @param from where the request line begins  @param to behind the CR LF of the last line */
  #answerHead(bytes: Buffer, from: number, to: number): Buffer {
    const lineEnd = bytes.indexOf(END_OF_LINE, from, 'latin1');
    const known = this.#headerLines;
    if (to - lineEnd !== known.length || bytes.compare(known, 0, known.length, lineEnd, to) !== 0) {
      this.#headerLines = Buffer.from(bytes.subarray(lineEnd, to));
      this.#headers = parseHeaders(this.#headerLines.toString('latin1'));
    }
    const request = parseRequestLine(bytes, from, lineEnd, this.#headers);
    const isPlain = request?.method !== 'GET' || this.#headers.isSound;
    if (request === undefined || !isPlain) return this.#last(400, 'Not a request that can be answered here\n');
    const { method, target, keepsAlive } = request;
    // What follows another method may be its body.
    if (method !== 'GET') return this.#last(405, 'Method not allowed\n', 'Allow: GET\r\n', method === 'HEAD');
    this.#isEnding = !keepsAlive;
    const { status, contentType, body } = this.#answer(target, this.#ip);
    return this.#encode(status, contentType, body, keepsAlive ? '' : 'Connection: close\r\n');
  }

  #refuse(status: number, sentence: string): void {
    this.#write([this.#last(status, sentence)]);
  }

  #last(status: number, sentence: string, header = '', withoutBody = false): Buffer {
    this.#isEnding = true;
    const answer = this.#encode(status, TEXT, sentence, `${header}Connection: close\r\n`);
    return withoutBody ? answer.subarray(0, answer.length - sentence.length) : answer;
  }

  #encode(status: number, contentType: string, body: Uint8Array | string, headers: string): Buffer {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const head = `HTTP/1.1 ${status} ${REASONS[status]}\r\nDate: ${this.#date()}\r\nContent-Type: ${contentType}\r\nX-Content-Type-Options: nosniff\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`;
    const answer = Buffer.allocUnsafe(head.length + bytes.length);
    answer.write(head, 'latin1');
    answer.set(bytes, head.length);
    return answer;
  }
}
