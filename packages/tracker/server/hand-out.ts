// Whom a peer is told of. Invariants: nobody twice, never itself, no seed to a seed (which has no use for it); every one of those
// who may be handed out is so equally often, or, by completeness, the more complete ones rather.

import type { Random } from '@enjambre/runtime';
import { HandedRuns } from './handed-runs.ts';
import { COMPACT_IPV4_LENGTH, COMPACT_IPV6_LENGTH } from './peer-lists.ts';
import type { PeerTable } from './peer-table.ts';
import { COMPLETE } from './remaining.ts';
import { NO_PAGE } from './slot-lists.ts';
import { type Part, Stretch } from './stretch.ts';
import type { SwarmTable } from './swarm-table.ts';

/** `completeness`: seeds first, then those that lack least. */
export type HandOutOrder = 'random' | 'completeness';
/** Over UDP an answer holds addresses of one kind only. */
export type AddressFamily = 'ipv4' | 'ipv6' | 'both';

/** By completeness so many times more are drawn than wanted: chance stays, so that not all are sent to the same few. */
const DRAWN_FOR_ONE = 4;
/** Steps between two whole numbers. */
const FRACTIONS = 2 ** 16;

export class HandOut {
  /** Those drawn last. */
  readonly ipv4: HandedRuns;
  readonly ipv6: HandedRuns;
  readonly #stretch4: Stretch;
  readonly #stretch6: Stretch;
  /** By completeness: those that the best are taken from. */
  readonly #drawn4: HandedRuns;
  readonly #drawn6: HandedRuns;
  readonly #order: HandOutOrder;
  readonly #peers: PeerTable;
  readonly #swarms: SwarmTable;
  readonly #random: Random;

  /** @param maxPeers handed out at once */
  constructor(maxPeers: number, order: HandOutOrder, peers: PeerTable, swarms: SwarmTable, random: Random) {
    this.ipv4 = new HandedRuns(COMPACT_IPV4_LENGTH, maxPeers);
    this.ipv6 = new HandedRuns(COMPACT_IPV6_LENGTH, maxPeers);
    this.#drawn4 = new HandedRuns(COMPACT_IPV4_LENGTH, maxPeers * DRAWN_FOR_ONE);
    this.#drawn6 = new HandedRuns(COMPACT_IPV6_LENGTH, maxPeers * DRAWN_FOR_ONE);
    this.#stretch4 = new Stretch(swarms.ipv4, peers, random);
    this.#stretch6 = new Stretch(swarms.ipv6, peers, random);
    this.#order = order;
    this.#peers = peers;
    this.#swarms = swarms;
    this.#random = random;
  }

  /** Nobody is handed out. */
  clear(): void {
    this.ipv4.begin(NO_PAGE);
    this.ipv6.begin(NO_PAGE);
  }

  /** Draws up to `wanted` peers. @param asking the row of the peer that asks */
  draw(swarm: number, asking: number, family: AddressFamily, wanted: number): void {
    this.ipv4.begin(this.#swarms.ipv4.pageOf(swarm));
    this.ipv6.begin(this.#swarms.ipv6.pageOf(swarm));
    const isSeed = this.#peers.remainingOf(asking) === COMPLETE;
    const draw = (part: Part, count: number, into4: HandedRuns, into6: HandedRuns): void =>
      this.#draw(swarm, part, asking, family, count, into4, into6);
    if (this.#order === 'random') draw(isSeed ? 'leechers' : 'all', wanted, this.ipv4, this.ipv6);
    else {
      if (!isSeed) draw('seeds', wanted, this.ipv4, this.ipv6);
      const left = wanted - this.ipv4.peers - this.ipv6.peers;
      this.#drawn4.begin(this.#swarms.ipv4.pageOf(swarm));
      this.#drawn6.begin(this.#swarms.ipv6.pageOf(swarm));
      draw('leechers', left * DRAWN_FOR_ONE, this.#drawn4, this.#drawn6);
      this.#keepBest(left);
    }
  }

  #draw(
    swarm: number,
    part: Part,
    asking: number,
    family: AddressFamily,
    wanted: number,
    into4: HandedRuns,
    into6: HandedRuns,
  ): void {
    const { ipv4, ipv6 } = this.#swarms;
    const [stretch4, stretch6] = [this.#stretch4, this.#stretch6];
    const isMixed = ipv4.sizeOf(swarm) > 0 && ipv6.sizeOf(swarm) > 0;
    stretch4.choose(swarm, part, asking, isMixed);
    stretch6.choose(swarm, part, asking, isMixed);
    const others4 = family === 'ipv6' ? 0 : stretch4.others;
    const others = others4 + (family === 'ipv4' ? 0 : stretch6.others);
    const count = Math.min(wanted, others);
    // Of each kind its share, by chance the next whole number below or above.
    const fraction = others4 === others ? 0 : this.#random.below(FRACTIONS) / FRACTIONS;
    const count4 = Math.floor((count * others4) / Math.max(others, 1) + fraction);
    stretch4.draw(count4, into4);
    stretch6.draw(count - count4, into6);
  }

  /** Of those that are in `#drawn…` hands out the ones that lack least. */
  #keepBest(count: number): void {
    const candidates = [this.#drawn4, this.#drawn6].flatMap((drawn) =>
      Array.from(drawn.places(), (place) => ({
        place,
        into: drawn === this.#drawn4 ? this.ipv4 : this.ipv6,
        // Among equals chance decides.
        lacks: this.#peers.remainingOf(drawn.rowAt(place)) + this.#random.below(FRACTIONS) / FRACTIONS,
      })),
    );
    candidates.sort((a, b) => a.lacks - b.lacks);
    for (const { place, into } of candidates.slice(0, count)) into.push(place, place + 1);
  }
}
