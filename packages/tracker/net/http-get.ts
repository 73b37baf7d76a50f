// HTTP(S) GET over bare node:http: bounded in time and length, straight to the host (no proxy of the environment).
// Bare because fetch costs a client process several MiB of private memory.

import { type LookupAddress, lookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { gunzip } from 'node:zlib';
import { type AddressScope, addressScope, parseIpAddress } from '@enjambre/metainfo';
import { addressRefused } from '../client/address-policy.ts';
import { type HttpAnswer, type HttpGet, type HttpRequest, isRedirect } from '../client/http-get.ts';
import type { TrackerError } from '../errors.ts';
import { noAddress, systemFailure, wordsOf } from './failure-words.ts';

const USER_AGENT = 'Enjambre/0.1.0';

/** How long a GET may take. */
export interface HttpGetOptions {
  /** Until the connection stands, name resolution included. Default 8,000: a live host answers three lost SYNs by then. */
  readonly connectTimeoutMs?: number;
  /** Until the whole answer is there. Default 20,000: overloaded trackers are slow, a dripping one must not hold us. */
  readonly totalTimeoutMs?: number;
  /** Bytes of the answer, also once decompressed. Default 1 MiB: more than 100,000 compact peers. */
  readonly maxAnswerLength?: number;
  /** The IP address to connect from: the tracker hands it out as ours. Default: the system's choice. */
  readonly localAddress?: string | undefined;
}

type Limits = Required<Omit<HttpGetOptions, 'localAddress'>> & Pick<HttpGetOptions, 'localAddress'>;

/** The system's HTTP. */
export function createHttpGet(options: HttpGetOptions = {}): HttpGet {
  const limits = { connectTimeoutMs: 8_000, totalTimeoutMs: 20_000, maxAnswerLength: 1 << 20, ...options };
  return (request) => new Promise((resolve) => new Exchange(request, limits, resolve).start());
}

const REFUSED_ADDRESS = 'ERR_ADDRESS_REFUSED';

/** One request and its answer; calls `resolve` exactly once and leaves no socket or timer behind. */
class Exchange {
  readonly #request: HttpRequest;
  readonly #limits: Limits;
  readonly #resolve: (outcome: HttpAnswer | TrackerError) => void;
  readonly #onAbort = (): void => this.#finish({ code: 'aborted', message: 'given up' });
  #clientRequest: ClientRequest | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #totalTimer: NodeJS.Timeout | undefined;
  #finished = false;

  constructor(request: HttpRequest, limits: Limits, resolve: (outcome: HttpAnswer | TrackerError) => void) {
    this.#request = request;
    this.#limits = limits;
    this.#resolve = resolve;
  }

  start(): void {
    const { url, signal } = this.#request;
    if (signal.aborted) {
      this.#onAbort();
      return;
    }
    const literal = parseIpAddress(url.hostname.replace(/^\[|\]$/g, ''));
    if (literal !== undefined && !this.#request.mayReach(addressScope(literal))) {
      this.#finish(addressRefused());
      return;
    }
    if (!this.#isReachable(literal)) {
      this.#finish(noAddress());
      return;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#connectTimer = this.#timer(this.#limits.connectTimeoutMs, 'no connection');
    this.#totalTimer = this.#timer(this.#limits.totalTimeoutMs, 'no complete answer');
    try {
      this.#clientRequest = this.#send();
    } catch (error) {
      // Node refuses some URLs by throwing (a bad port, characters that a request line can't carry).
      this.#finish({ code: 'bad-url', message: wordsOf(error) });
      return;
    }
    this.#clientRequest.on('error', (error) => this.#finish(failureOf(error)));
    this.#clientRequest.on('response', (response) => this.#receive(response));
    this.#clientRequest.on('socket', (socket) =>
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(this.#connectTimer)),
    );
    this.#clientRequest.end();
  }

  #send(): ClientRequest {
    const secure = this.#request.url.protocol === 'https:';
    return (secure ? requestHttps : requestHttp)(this.#request.url, {
      // An agent of its own: no connection is shared or kept, and none goes by way of the global agent's proxies.
      agent: secure ? new HttpsAgent({ maxCachedSessions: 0 }) : new HttpAgent(),
      lookup: this.#lookup,
      localAddress: this.#limits.localAddress,
      family: this.#family,
      headers: { 'User-Agent': USER_AGENT, 'Accept-Encoding': 'gzip', Connection: 'close' },
    });
  }

  /** The one family that is asked over; 0 for both. A name's addresses of the other can't be reached from ours. */
  get #family(): number {
    return this.#request.family ?? isIP(this.#limits.localAddress ?? '');
  }

  /** Whether the address, or any that the name may have, is of our own family and of the one that is wanted. */
  #isReachable(literal: Uint8Array | undefined): boolean {
    const ours = isIP(this.#limits.localAddress ?? '');
    const literals = literal === undefined ? 0 : literal.length === 4 ? 4 : 6;
    return new Set([ours, this.#family, literals].filter(Boolean)).size <= 1;
  }

  /** The system's resolver, less the addresses that this URL must not reach: checked here, no later answer can differ. */
  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => this.#request.mayReach(scopeOf(address)));
      if (allowed.length === 0) {
        return callback(Object.assign(new Error('address refused'), { code: REFUSED_ADDRESS }), []);
      }
      if (options.all) callback(null, allowed);
      else callbackOne(callback, allowed[0]);
    });
  };

  #receive(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const scope = scopeOf(response.socket.remoteAddress ?? '');
    const { location, 'retry-after': retryAfter } = response.headers;
    const answer = { status, location, retryAfterMs: readRetryAfter(retryAfter), scope };
    if (isRedirect(status)) {
      this.#finish({ ...answer, body: new Uint8Array(0) });
      return;
    }
    const parts: Buffer[] = [];
    let length = 0;
    response.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > this.#limits.maxAnswerLength) this.#finish(tooLarge());
    });
    response.on('error', (error) => this.#finish(failureOf(error)));
    response.on('close', () => {
      if (!response.complete) this.#finish({ code: 'unreachable', message: 'the connection was lost' });
    });
    response.on('end', () => {
      if (!response.complete) return;
      const body = Buffer.concat(parts);
      if (response.headers['content-encoding'] !== 'gzip') return this.#finish({ ...answer, body });
      gunzip(body, { maxOutputLength: this.#limits.maxAnswerLength }, (error, unpacked) => {
        if (error === null) this.#finish({ ...answer, body: unpacked });
        else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') this.#finish(tooLarge());
        else this.#finish({ code: 'malformed', message: 'the answer is not the gzip that it says it is' });
      });
    });
  }

  #timer(delayMs: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#finish({ code: 'timeout', message: `timed out: ${what} within ${delayMs / 1000} s` });
    }, delayMs);
  }

  #finish(outcome: HttpAnswer | TrackerError): void {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#totalTimer);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#clientRequest?.destroy();
    this.#resolve(outcome);
  }
}

function callbackOne(callback: Parameters<LookupFunction>[2], { address, family }: LookupAddress): void {
  callback(null, address, family);
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function readRetryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return ms >= 0 ? ms : undefined;
}

/** @param address as the operating system spells it; what can't be read counts as private */
function scopeOf(address: string): AddressScope {
  const bytes = parseIpAddress(address.replace(/%.*$/, ''));
  return bytes === undefined ? 'private' : addressScope(bytes);
}

function tooLarge(): TrackerError {
  return { code: 'too-large', message: 'the answer is larger than any tracker has to say' };
}

function failureOf(error: NodeJS.ErrnoException): TrackerError {
  if (error.code === REFUSED_ADDRESS) return addressRefused();
  if (error.code?.startsWith('HPE_')) return { code: 'malformed', message: 'what answered does not speak HTTP' };
  return systemFailure(error);
}
