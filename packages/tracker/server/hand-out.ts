// Whom a peer is told of. Invariants: nobody twice, never itself, no seed to a seed (which has no use for it); every one of those
// who may be handed out is so equally often, or, by completeness, the more complete ones rather.

import type { Random } from '@enjambre/runtime';
import type { PeerTable } from './peer-table.ts';
import { COMPLETE } from './remaining.ts';
import { LEECHERS_IPV4, LEECHERS_IPV6, SEEDS_IPV4, SEEDS_IPV6, type SwarmTable } from './swarm-table.ts';

/** `completeness`: seeds first, then those that lack least. */
export type HandOutOrder = 'random' | 'completeness';
/** Over UDP an answer holds addresses of one kind only. */
export type AddressFamily = 'ipv4' | 'ipv6' | 'both';

/** By completeness so many times more are drawn than wanted: chance stays, so that not all are sent to the same few. */
const DRAWN_FOR_ONE = 4;

export class HandOut {
  /** Rows of the peers handed out last; as many of them as `draw` said. */
  readonly rows: Uint32Array;
  readonly #order: HandOutOrder;
  readonly #peers: PeerTable;
  readonly #swarms: SwarmTable;
  readonly #random: Random;

  /** @param maxPeers handed out at once */
  constructor(maxPeers: number, order: HandOutOrder, peers: PeerTable, swarms: SwarmTable, random: Random) {
    this.rows = new Uint32Array(maxPeers * DRAWN_FOR_ONE);
    this.#order = order;
    this.#peers = peers;
    this.#swarms = swarms;
    this.#random = random;
  }

  /** Puts up to `wanted` peers into `rows`. @param asking the row of the peer that asks  @returns how many */
  draw(swarm: number, asking: number, family: AddressFamily, wanted: number): number {
    const swarms = this.#swarms;
    const leechers4 = swarms.countOf(swarm, LEECHERS_IPV4);
    const seeds4 = swarms.countOf(swarm, SEEDS_IPV4);
    const seeds6 = swarms.countOf(swarm, SEEDS_IPV6);
    const leechers6 = swarms.countOf(swarm, LEECHERS_IPV6);
    // The ring: leechers IPv4, seeds IPv4, seeds IPv6, leechers IPv6, and round again.
    const fromLeechers = family === 'ipv4' ? 0 : leechers4 + seeds4 + seeds6;
    const leechers = (family === 'ipv6' ? 0 : leechers4) + (family === 'ipv4' ? 0 : leechers6);
    const fromSeeds = family === 'ipv6' ? leechers4 + seeds4 : leechers4;
    const seeds = (family === 'ipv6' ? 0 : seeds4) + (family === 'ipv4' ? 0 : seeds6);
    if (this.#peers.remainingOf(asking) === COMPLETE) {
      return this.#drawLeechers(swarm, asking, fromLeechers, leechers, 0, wanted);
    }
    if (this.#order === 'completeness') {
      const first = this.#drawFrom(swarm, asking, fromSeeds, seeds, 0, wanted);
      return this.#drawLeechers(swarm, asking, fromLeechers, leechers, first, wanted - first);
    }
    const from = family === 'ipv4' ? fromLeechers : fromSeeds;
    return this.#drawFrom(swarm, asking, from, leechers + seeds, 0, wanted);
  }

  #drawLeechers(swarm: number, asking: number, from: number, length: number, at: number, wanted: number): number {
    if (this.#order === 'random') return this.#drawFrom(swarm, asking, from, length, at, wanted);
    const end = this.#drawFrom(swarm, asking, from, length, at, wanted * DRAWN_FOR_ONE);
    if (end - at <= wanted) return end;
    const peers = this.#peers;
    this.rows.subarray(at, end).sort((a, b) => peers.remainingOf(a) - peers.remainingOf(b));
    return at + wanted;
  }

  /**
   * Draws from a stretch of the ring: as many equal parts as are wanted, one peer of each, the parts beginning anywhere.
   * @param at where in `rows` the first goes  @returns where the next would
   */
  #drawFrom(swarm: number, asking: number, from: number, length: number, at: number, wanted: number): number {
    const ring = this.#swarms.peersOf(swarm);
    const askingAt = (this.#peers.positionOf(asking) - from + ring) % ring;
    const others = askingAt < length ? length - 1 : length;
    const count = Math.min(wanted, others);
    if (count <= 0) return at;
    // A client with addresses of both kinds is there twice. Elsewhere nobody's peer id is looked at: it may be far away in memory.
    const ipv4 = this.#swarms.countOf(swarm, LEECHERS_IPV4) + this.#swarms.countOf(swarm, SEEDS_IPV4);
    const isMixed = ipv4 > 0 && ipv4 < ring;
    const list = this.#swarms.listWords(swarm);
    const start = this.#swarms.listStart(swarm);
    const turn = this.#random.below(others);
    let end = at;
    let low = 0;
    for (let part = 1; part <= count; part++) {
      const high = Math.floor((part * others) / count);
      let place = low + turn + (high - low === 1 ? 0 : this.#random.below(high - low));
      low = high;
      if (place >= others) place -= others;
      if (place >= askingAt) place++;
      place += from;
      const drawn = list[start + (place >= ring ? place - ring : place)];
      if (!isMixed || !this.#peers.isSameClient(drawn, asking)) this.rows[end++] = drawn;
    }
    return end;
  }
}
