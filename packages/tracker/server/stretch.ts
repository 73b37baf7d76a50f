// One part of a swarm's list, and who is drawn from it: short runs of neighbours, spread over the part as evenly as goes. Invariants:
// nobody twice, never who asks; everybody equally often, for the first run begins anywhere.

import type { Random } from '@enjambre/runtime';
import type { HandedRuns } from './handed-runs.ts';
import { COMPACT_IPV6_LENGTH, type PeerLists } from './peer-lists.ts';
import type { PeerTable } from './peer-table.ts';

/** Neighbours that are handed out together: fewer take longer to copy, more would be known to the same few. */
const RUN_PEERS = 8;

export type Part = 'leechers' | 'seeds' | 'all';

export class Stretch {
  readonly #lists: PeerLists;
  readonly #peers: PeerTable;
  readonly #random: Random;
  #rows: Uint32Array = new Uint32Array(0);
  /** The first place. */
  #from = 0;
  #asking = 0;
  /** How many stand before who asks; all of them when that one is not in it. */
  #before = 0;
  #isMixed = false;
  #others = 0;

  constructor(lists: PeerLists, peers: PeerTable, random: Random) {
    this.#lists = lists;
    this.#peers = peers;
    this.#random = random;
  }

  /** How many there are to draw from. */
  get others(): number {
    return this.#others;
  }

  /**
   * @param asking the row of who asks
   * @param isMixed whether there are addresses of both kinds in the swarm: a client may be there twice, then. Otherwise nobody's
   *   peer id is looked at: it may be far away in memory
   */
  choose(swarm: number, part: Part, asking: number, isMixed: boolean): void {
    const lists = this.#lists;
    const leechers = lists.leechersOf(swarm);
    const first = part === 'seeds' ? leechers : 0;
    const length = (part === 'leechers' ? leechers : lists.sizeOf(swarm)) - first;
    this.#rows = lists.pageOf(swarm).rows;
    this.#from = lists.startOf(swarm) + first;
    this.#asking = asking;
    this.#isMixed = isMixed;
    const isOfFamily = this.#peers.isIpv6(asking) === (lists.width === COMPACT_IPV6_LENGTH);
    const at = isOfFamily ? this.#peers.positionOf(asking) - first : length;
    const isIn = at >= 0 && at < length;
    this.#before = isIn ? at : length;
    this.#others = isIn ? length - 1 : length;
  }

  draw(wanted: number, into: HandedRuns): void {
    const others = this.#others;
    const count = Math.min(wanted, others);
    if (count <= 0) return;
    const spare = others - count;
    const runs = spare === 0 ? 1 : Math.ceil(count / RUN_PEERS);
    const turn = this.#random.below(others);
    let drawn = 0;
    let passed = 0;
    for (let run = 1; run <= runs; run++) {
      const drawnThen = Math.floor((run * count) / runs);
      const passedThen = Math.floor((run * spare) / runs);
      const low = (turn + drawn + passed + this.#random.below(passedThen - passed + 1)) % others;
      const high = low + drawnThen - drawn;
      this.#take(low, Math.min(high, others), into);
      if (high > others) this.#take(0, high - others, into);
      drawn = drawnThen;
      passed = passedThen;
    }
  }

  /** From the one to before the other, as the others are numbered: without who asks. */
  #take(low: number, high: number, into: HandedRuns): void {
    this.#push(low, Math.min(high, this.#before), into);
    this.#push(Math.max(low, this.#before) + 1, high + 1, into);
  }

  #push(low: number, high: number, into: HandedRuns): void {
    let from = this.#from + low;
    const to = this.#from + high;
    for (let place = from; this.#isMixed && place < to; place++) {
      if (!this.#peers.isSameClient(this.#rows[place], this.#asking)) continue;
      into.push(from, place);
      from = place + 1;
    }
    into.push(from, to);
  }
}
