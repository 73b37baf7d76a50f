// Trackers over UDP (BEP 15, 41): a connection id first, then the question; each asked again when no answer comes.
// Invariant: every exchange has a socket of its own and closes it; an answer counts only from the tracker's address and
// with the number of the question that is out.

import { parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Random, Timer } from '@enjambre/runtime';
import { isTrackerError, type TrackerError } from '../errors.ts';
import {
  encodeAnnounce,
  encodeConnect,
  encodeScrape,
  MAX_SCRAPED,
  parseAnnounced,
  parseConnected,
  parseRefusal,
  parseScraped,
  parseUdpAnswer,
  udpActions,
} from '../protocol/udp-message.ts';
import { addressRefused, mayReach } from './address-policy.ts';
import { announceOnBoth } from './both-families.ts';
import type { DatagramNetwork, DatagramPath, ResolvedHost } from './datagram-path.ts';
import type { TrackerCaller } from './tracker-caller.ts';

/** BEP 15: an answer is waited for 15 s, then twice as long with each time it is asked again. */
const FIRST_TIMEOUT_MS = 15_000;
/** BEP 15 goes on for over an hour. Meanwhile the next tracker would wait: the announcer's own patience takes over. */
const ATTEMPTS = 2;
/** BEP 15: a connection id is good for a minute. */
const CONNECTION_LIFETIME_MS = 60_000;
const TRANSACTION_IDS = 2 ** 32;

export interface UdpCallerOptions {
  readonly network: DatagramNetwork;
  readonly clock: Clock;
  readonly random: Random;
}

/** A question, given what the tracker wants to see in it. */
type Ask = (connectionId: Uint8Array, transactionId: number) => Buffer;

export function createUdpCaller(options: UdpCallerOptions): TrackerCaller {
  return {
    async announce(url, { announcedHosts, ...question }, signal) {
      const hosts = await hostsOf(options, url);
      if (isTrackerError(hosts)) return hosts;
      // The message has room for an IPv4 address only; what it says besides is the same.
      const ip = parseIpAddress(announcedHosts.v4 ?? '');
      const request = { ...question, announcedHost: undefined };
      return announceOnBoth(options.clock, async (family) => {
        const ask: Ask = (connectionId, transactionId) =>
          encodeAnnounce(connectionId, transactionId, request, url, family === 4 ? ip : undefined);
        const ofFamily = hosts.filter((host) => host.family === family);
        const body = await callAny(options, ofFamily, url, signal, udpActions.announce, ask);
        return isTrackerError(body) ? body : parseAnnounced(body, family);
      });
    },
    async scrape(url, infoHashes, signal) {
      const hosts = await hostsOf(options, url);
      if (isTrackerError(hosts)) return hosts;
      const asked = infoHashes.slice(0, MAX_SCRAPED);
      const ask: Ask = (connectionId, transactionId) => encodeScrape(connectionId, transactionId, asked);
      const body = await callAny(options, hosts, url, signal, udpActions.scrape, ask);
      return isTrackerError(body) ? body : parseScraped(body, asked);
    },
  };
}

/** Where the tracker is that a URL names, as far as it may be reached. */
async function hostsOf({ network }: UdpCallerOptions, url: URL): Promise<readonly ResolvedHost[] | TrackerError> {
  if (Number(url.port) === 0) return { code: 'bad-url', message: 'a udp tracker’s URL needs a port' };
  const resolved = await network.resolve(url.hostname.replace(/^\[|\]$/g, ''));
  if (isTrackerError(resolved)) return resolved;
  const allowed = resolved.filter(({ scope }) => mayReach(url, scope, '/announce', undefined));
  return allowed.length === 0 ? addressRefused() : allowed;
}

/** The body of what the first of these addresses answers, asked in turn until one answers or takes longer than we wait. */
async function callAny(
  options: UdpCallerOptions,
  hosts: readonly ResolvedHost[],
  url: URL,
  signal: AbortSignal,
  action: number,
  ask: Ask,
): Promise<Buffer | TrackerError> {
  let failure: TrackerError = { code: 'no-address', message: 'no such host' };
  for (const host of hosts) {
    const body = await new UdpExchange(options, host, Number(url.port), signal).call(action, ask);
    // The system knew at once that this address can't be reached: the next may.
    if (!isTrackerError(body) || body.code !== 'unreachable') return body;
    failure = body;
  }
  return failure;
}

class UdpExchange {
  readonly #options: UdpCallerOptions;
  readonly #signal: AbortSignal;
  readonly #path: DatagramPath;
  /** What the question that is out waits for. */
  #waiting: { transactionId: number; settle: (outcome: Buffer | TrackerError) => void } | undefined;
  #expected = 0;

  constructor(options: UdpCallerOptions, { host, family }: ResolvedHost, port: number, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#path = options.network.open({ host, port }, family, {
      message: (message) => this.#hear(message),
      failed: (error) => this.#waiting?.settle(error),
    });
  }

  /** The body of the answer to `ask`, after a connection id was had. */
  async call(action: number, ask: Ask): Promise<Buffer | TrackerError> {
    const { clock } = this.#options;
    let connectionId: Uint8Array | undefined;
    let connectedAt = 0;
    let failure: TrackerError = { code: 'timeout', message: '' };
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const timeoutMs = FIRST_TIMEOUT_MS * 2 ** attempt;
        if (connectionId === undefined || clock.now() - connectedAt > CONNECTION_LIFETIME_MS) {
          const body = await this.#ask(udpActions.connect, encodeConnect, timeoutMs);
          const connected = isTrackerError(body) ? body : parseConnected(body);
          if (isTrackerError(connected)) {
            failure = connected;
            if (failure.code === 'timeout') continue;
            return failure;
          }
          connectionId = connected;
          connectedAt = clock.now();
        }
        const id = connectionId;
        const body = await this.#ask(action, (transactionId) => ask(id, transactionId), timeoutMs);
        if (!isTrackerError(body) || body.code !== 'timeout') return body;
        failure = body;
      }
      return failure;
    } finally {
      this.#path.close();
    }
  }

  #ask(
    action: number,
    encode: (transactionId: number) => Uint8Array,
    timeoutMs: number,
  ): Promise<Buffer | TrackerError> {
    const { clock, random } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Buffer | TrackerError>();
    const giveUp = (): void => this.#waiting?.settle({ code: 'aborted', message: 'given up' });
    const timer: Timer = clock.after(timeoutMs, () => {
      this.#waiting?.settle({ code: 'timeout', message: `timed out: no answer within ${timeoutMs / 1000} s` });
    });
    const transactionId = random.below(TRANSACTION_IDS);
    this.#expected = action;
    this.#waiting = {
      transactionId,
      settle: (outcome) => {
        this.#waiting = undefined;
        timer.cancel();
        this.#signal.removeEventListener('abort', giveUp);
        resolve(outcome);
      },
    };
    if (this.#signal.aborted) giveUp();
    else {
      this.#signal.addEventListener('abort', giveUp);
      this.#path.send(encode(transactionId));
    }
    return promise;
  }

  #hear(message: Uint8Array): void {
    const answer = parseUdpAnswer(message);
    const waiting = this.#waiting;
    // Late, foreign or senseless: whoever guesses must guess the number too.
    if (answer === undefined || waiting === undefined || answer.transactionId !== waiting.transactionId) return;
    if (answer.action === udpActions.error) waiting.settle(parseRefusal(answer.body));
    else if (answer.action === this.#expected) waiting.settle(answer.body);
  }
}
