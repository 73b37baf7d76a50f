// Addresses of peers of one torrent, from every source, each once, and when to dial which.
// Invariant: at most `MOST_KNOWN` addresses; connected and hand-given ones are never forgotten.

import { formatAddress, type PeerAddress } from '@enjambre/metainfo';

/** Where an address came from; the words of `/status` and the client API. */
export type PeerOrigin = 'tracker' | 'manual' | 'incoming' | 'overlay' | 'dht' | 'pex' | 'lsd';

export interface KnownPeer {
  readonly address: PeerAddress;
  readonly origins: Set<PeerOrigin>;
  /** False while only the far end of an accepted connection is known: nobody listens there. */
  isDialable: boolean;
  isConnected: boolean;
  isDialling: boolean;
  isBanned: boolean;
  /** It is ourselves. */
  isSelf: boolean;
  /** The same peer, known by another address too (IPv4 and IPv6, two networks): that one counts, and is dialled. */
  aliasOf: KnownPeer | undefined;
  /** Dials in a row that failed. */
  failures: number;
  nextDialAtMs: number;
}

/** Ten times the connections of a session: enough choice, little memory, no flooding by a hostile source. */
const MOST_KNOWN = 2000;
/** After a failed dial, doubled with each further one: many peers are only just starting, or still checking files. */
const FIRST_RETRY_MS = 5_000;
const MOST_RETRY_MS = 15 * 60_000;
/** Peers given by hand are few and meant: they are tried soon, often and for ever. */
const FIRST_MANUAL_RETRY_MS = 1_000;
const MOST_MANUAL_RETRY_MS = 15_000;
/** A connection that worked and ended is tried again soon: restarts are common in one's own fleet. */
const RECONNECT_MS = 4_000;
/**
 * The last so many that were lost while we needed them are most likely back together with a link that was down: tried again
 * after a part of the time since, within these bounds, for as long as they are needed.
 */
const MOST_LOST = 8;
const LOST_SHARE = 1 / 20;
const LEAST_LOST_RETRY_MS = 2_000;
const MOST_LOST_RETRY_MS = 60_000;
/** Dials in a row that failed before an address is no longer tried, until a source names it again. */
const MOST_FAILURES = 6;

/** So many bans from one host, and callers of it that nobody named are refused: their ports change at each call. */
const MOST_BANS_A_HOST = 3;

/** What a connection was to us: not worth another, welcome again, or the way to pieces that we lack. */
export type Use = 'none' | 'some' | 'needed';

export class KnownPeers {
  readonly #byAddress = new Map<string, KnownPeer>();
  readonly #bansOfHost = new Map<string, number>();
  readonly #bannedIdentities = new Set<string>();
  /** Those lost last while they were needed, and when. */
  readonly #lost = new Map<KnownPeer, number>();
  /** Addresses that are ours, as text. */
  #own: ReadonlySet<string> = new Set();
  /** Nobody is to be dialled before: what would otherwise be looked for among all, many times a second. */
  #nextDialAtMs = Number.POSITIVE_INFINITY;

  /** When somebody may be dialled again at the earliest; Infinity while there is nobody. */
  get nextDialAtMs(): number {
    return this.#nextDialAtMs;
  }

  /** Distinct addresses, ourselves and strangers' far ends apart: the `total_peers` of `/status` (contract C7). */
  get count(): number {
    let count = 0;
    for (const peer of this.#byAddress.values()) {
      if (peer.isSelf || peer.isBanned || this.#isCountedElsewhere(peer)) continue;
      if (peer.isDialable || peer.isConnected) count++;
    }
    return count;
  }

  [Symbol.iterator](): IterableIterator<KnownPeer> {
    return this.#byAddress.values();
  }

  get(address: PeerAddress): KnownPeer | undefined {
    return this.#byAddress.get(formatAddress(address));
  }

  /** Remembers the address as one to dial. Returns undefined when it is junk or there is no room. */
  add(address: PeerAddress, origin: PeerOrigin, nowMs: number): KnownPeer | undefined {
    if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535 || address.host === '') return;
    const known = this.#byAddress.get(formatAddress(address)) ?? this.#insert(address);
    if (known === undefined) return undefined;
    known.origins.add(origin);
    known.isDialable = true;
    // Named again by a source after we had given up: worth one more try.
    if (known.failures >= MOST_FAILURES) {
      known.failures = MOST_FAILURES - 1;
      known.nextDialAtMs = Math.max(known.nextDialAtMs, nowMs + FIRST_RETRY_MS);
    }
    this.#mayDial(known);
    return known;
  }

  /** We ourselves are reached there: never dialled, never counted. What was said before no longer holds. */
  setOwn(addresses: readonly PeerAddress[]): void {
    const before = this.#own;
    this.#own = new Set(addresses.map(formatAddress));
    for (const key of before.difference(this.#own)) this.#setSelf(key, false);
    for (const key of this.#own) this.#setSelf(key, true);
  }

  /** The entry of somebody who called us; their far port is not where they listen. */
  addIncoming(address: PeerAddress): KnownPeer {
    const known = this.#byAddress.get(formatAddress(address)) ?? this.#insert(address) ?? newPeer(address);
    known.origins.add('incoming');
    return known;
  }

  /**
   * Somebody connected is found to listen at `address`: from now on that is where they are known, if until now only the
   * far end of their call was; else it is another address of theirs.
   */
  identify(peer: KnownPeer, address: PeerAddress, nowMs: number): KnownPeer {
    const known = this.add(address, 'incoming', nowMs);
    if (known === undefined || known === peer || known.isConnected) return peer;
    known.failures = 0;
    if (peer.isDialable) {
      peer.aliasOf = undefined;
      known.aliasOf = peer;
      return peer;
    }
    known.isConnected = true;
    peer.isConnected = false;
    this.#byAddress.delete(formatAddress(peer.address));
    return known;
  }

  /** It sent bad data for certain: neither its address nor its peer id from the same host is let in again. */
  ban(peer: KnownPeer, peerId: Uint8Array): void {
    peer.isBanned = true;
    const { host } = peer.address;
    this.#bansOfHost.set(host, (this.#bansOfHost.get(host) ?? 0) + 1);
    this.#bannedIdentities.add(identity(peer, peerId));
  }

  /**
   * Whether a connection is refused for an earlier ban. Never for its host alone: many good peers may share one
   * (containers, NAT, loopback), so only unnamed callers of a host with several bans are.
   */
  isRefused(peer: KnownPeer, peerId: Uint8Array): boolean {
    if (peer.isBanned || this.#bannedIdentities.has(identity(peer, peerId))) return true;
    return !peer.isDialable && (this.#bansOfHost.get(peer.address.host) ?? 0) >= MOST_BANS_A_HOST;
  }

  /** Whom to dial now, the longest due first. */
  nextToDial(nowMs: number): KnownPeer | undefined {
    if (this.#nextDialAtMs > nowMs) return undefined;
    let next: KnownPeer | undefined;
    for (const peer of this.#byAddress.values()) {
      if (this.#canDial(peer) && (next === undefined || peer.nextDialAtMs < next.nextDialAtMs)) next = peer;
    }
    this.#nextDialAtMs = next?.nextDialAtMs ?? Number.POSITIVE_INFINITY;
    return this.#nextDialAtMs > nowMs ? undefined : next;
  }

  /** Pieces are missing again: those that were put off because we needed nothing are dialled now. */
  hurry(nowMs: number): void {
    for (const peer of this.#byAddress.values()) {
      if (peer.failures === 0) peer.nextDialAtMs = Math.min(peer.nextDialAtMs, nowMs);
      this.#mayDial(peer);
    }
  }

  dialFailed(peer: KnownPeer, nowMs: number): void {
    peer.failures++;
    const isManual = peer.origins.has('manual');
    const [first, most] = isManual ? [FIRST_MANUAL_RETRY_MS, MOST_MANUAL_RETRY_MS] : [FIRST_RETRY_MS, MOST_RETRY_MS];
    const waitMs = Math.min(first * 2 ** (peer.failures - 1), most);
    peer.nextDialAtMs = nowMs + Math.min(waitMs, this.#lostRetryMs(peer, nowMs));
    this.#mayDial(peer);
  }

  /** A connection to it ended. */
  disconnected(peer: KnownPeer, nowMs: number, use: Use): void {
    peer.isConnected = false;
    peer.nextDialAtMs = nowMs + (use === 'none' ? MOST_RETRY_MS : RECONNECT_MS);
    this.#lost.delete(peer);
    if (use === 'needed' && peer.isDialable) this.#lost.set(peer, nowMs);
    if (this.#lost.size > MOST_LOST) this.#lost.delete(this.#lost.keys().next().value!);
    if (!peer.isDialable && !peer.isBanned) this.#byAddress.delete(formatAddress(peer.address));
    this.#mayDial(peer);
  }

  /** Nothing is missing any more: nobody is. */
  completed(): void {
    this.#lost.clear();
  }

  #lostRetryMs(peer: KnownPeer, nowMs: number): number {
    const lostAtMs = this.#lost.get(peer);
    if (lostAtMs === undefined) return Number.POSITIVE_INFINITY;
    return Math.min(Math.max((nowMs - lostAtMs) * LOST_SHARE, LEAST_LOST_RETRY_MS), MOST_LOST_RETRY_MS);
  }

  #canDial(peer: KnownPeer): boolean {
    if (!peer.isDialable || peer.isConnected || peer.isDialling || peer.isBanned || peer.isSelf) return false;
    if (peer.aliasOf?.isConnected) return false;
    return peer.failures < MOST_FAILURES || this.#isMeant(peer);
  }

  /** Never given up. */
  #isMeant(peer: KnownPeer): boolean {
    return peer.origins.has('manual') || this.#lost.has(peer);
  }

  #isCountedElsewhere({ aliasOf }: KnownPeer): boolean {
    return aliasOf !== undefined && this.get(aliasOf.address) === aliasOf;
  }

  #setSelf(key: string, isSelf: boolean): void {
    const peer = this.#byAddress.get(key);
    if (peer === undefined) return;
    peer.isSelf = isSelf;
    this.#mayDial(peer);
  }

  #mayDial(peer: KnownPeer): void {
    if (this.#canDial(peer)) this.#nextDialAtMs = Math.min(this.#nextDialAtMs, peer.nextDialAtMs);
  }

  #insert(address: PeerAddress): KnownPeer | undefined {
    if (this.#byAddress.size >= MOST_KNOWN && !this.#forgetOne()) return undefined;
    const peer = newPeer(address);
    const key = formatAddress(address);
    peer.isSelf = this.#own.has(key);
    this.#byAddress.set(key, peer);
    return peer;
  }

  /** Makes room by the oldest address that did not answer. */
  #forgetOne(): boolean {
    for (const [key, peer] of this.#byAddress) {
      if (peer.isConnected || peer.isBanned || peer.failures === 0 || this.#isMeant(peer)) continue;
      this.#byAddress.delete(key);
      return true;
    }
    return false;
  }
}

/** A peer id alone is no identity: anybody can call under somebody else's. */
function identity(peer: KnownPeer, peerId: Uint8Array): string {
  return `${peer.address.host} ${Buffer.from(peerId).toString('latin1')}`;
}

function newPeer(address: PeerAddress): KnownPeer {
  return {
    address,
    origins: new Set(),
    isDialable: false,
    isConnected: false,
    isDialling: false,
    isBanned: false,
    isSelf: false,
    aliasOf: undefined,
    failures: 0,
    nextDialAtMs: 0,
  };
}
