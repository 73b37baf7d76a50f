// One kept connection to the control server of a client, over which its status is asked and, when that leaves it open, why
// it is so: a hundred clients are asked every second, and this costs a third of what a general HTTP client does. That it
// closes tells that a client may be gone.

import { connect, type Socket } from 'node:net';
import { conforms, type Status, StatusSchema, type TorrentReason, TorrentReasonSchema } from '@enjambre/contract';
import type { Endpoint } from '../drivers/driver.ts';

/** A client that works hard may be late, not that late. */
const TIMEOUT_MS = 2_000;
const MAX_ANSWER_LENGTH = 64 * 1024;
const HEAD_END = '\r\n\r\n';

const STATUS_PATH = '/status';
/** A container has one torrent, or its first tells. */
const REASON_PATH = '/api/v1/torrents?limit=1&sort=state';

/** `refused`: somebody answers there who does not know the token; undefined: nobody who can be understood. */
export type StatusAnswer = Status | 'refused' | undefined;

type Body = Buffer | 'refused' | undefined;

export class StatusConnection {
  readonly endpoint: Endpoint;
  readonly #headers: string;
  readonly #onClose: () => void;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #waiting: ((body: Body) => void) | undefined;
  #lastBody: Buffer = Buffer.alloc(0);
  #lastStatus: Status | undefined;

  /** @param onClose the other side has closed it, or it broke */
  constructor(endpoint: Endpoint, onClose: () => void) {
    const { host, port, token } = endpoint;
    const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.endpoint = endpoint;
    this.#headers = ` HTTP/1.1\r\nHost: ${authority}\r\nAuthorization: Bearer ${token}${HEAD_END}`;
    this.#onClose = onClose;
  }

  /** One question at a time. The same answer again is the same object. */
  async ask(): Promise<StatusAnswer> {
    const body = await this.#get(STATUS_PATH);
    return body === undefined || body === 'refused' ? body : this.#readStatus(body);
  }

  /** Why its torrent is as it is; undefined when it does not tell. */
  async askReason(): Promise<TorrentReason | undefined> {
    const body = await this.#get(REASON_PATH);
    if (body === undefined || body === 'refused') return undefined;
    const page = parse(body.toString('utf8')) as { items?: { reason?: unknown }[] } | null | undefined;
    const reason = page?.items?.[0]?.reason;
    return conforms(TorrentReasonSchema, reason) ? reason : undefined;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    this.#answer(undefined);
  }

  #get(path: string): Promise<Body> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#socket ??= this.#open();
      this.#socket.write(`GET ${path}${this.#headers}`);
    });
  }

  #open(): Socket {
    const { host, port } = this.endpoint;
    const socket = connect({ host, port, noDelay: true, timeout: TIMEOUT_MS });
    this.#received = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('timeout', () => {
      // Nobody waits: it rests between two questions.
      if (this.#waiting !== undefined) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      // Closed by us, it is not ours any more.
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#answer(undefined);
      this.#onClose();
    });
    return socket;
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return this.#refuseLong();
    const head = this.#received.toString('latin1', 0, headEnd);
    const code = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(head)?.[1]);
    const length = Number(/^content-length: *([0-9]+)$/im.exec(head)?.[1] ?? Number.NaN);
    const start = headEnd + HEAD_END.length;
    // Whatever answers without a length is not a client of ours.
    if (Number.isNaN(length)) return void this.#socket?.destroy();
    if (this.#received.length < start + length) return this.#refuseLong();
    const body = this.#received.subarray(start, start + length);
    this.#received = this.#received.subarray(start + length);
    this.#answer(code === 401 ? 'refused' : code === 200 ? body : undefined);
  }

  #readStatus(body: Buffer): Status | undefined {
    if (this.#lastStatus !== undefined && body.equals(this.#lastBody)) return this.#lastStatus;
    const status = parse(body.toString('utf8'));
    if (!conforms(StatusSchema, status)) return undefined;
    this.#lastBody = Buffer.from(body);
    this.#lastStatus = status;
    return status;
  }

  #refuseLong(): void {
    if (this.#received.length > MAX_ANSWER_LENGTH) this.#socket?.destroy();
  }

  #answer(body: Body): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(body);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
