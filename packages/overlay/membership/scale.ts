// How waits and repetitions grow with the network: by the logarithm of its size, as rumours need that many rounds.

import type { SuspicionTimes } from './suspicion.ts';

export interface NetworkSize {
  /** Members known to be there, ourselves included. */
  readonly known: number;
  /** Most are not known to us. */
  readonly isPartial: boolean;
}

/** What a network is taken for of which only a part is known; ten times as many would add a quarter. */
const LARGE_NETWORK = 10_000;
/** Each rumour is told log10(size) times this: of 300 x 300 pairs of member and news less than one misses the other. */
const TELLINGS = 4;
const PROBE_INTERVAL_MS = 1_000;
/** Of probe intervals, times log10(size): a refutation has got round long before. */
const LEAST_SUSPICION = 3;
/** In a small network the logarithm says next to nothing; a stall of two seconds must be survived there too. */
const LEAST_SUSPICION_MS = 4_000;
/** What one member alone must wait longer than several (Lifeguard's β). */
const LONE_FACTOR = 6;
/** With few neighbours confirmations are few, and each of them is one whose duty it is. */
const LONE_NEIGHBOUR_FACTOR = 2;
const CONFIRMATIONS = 3;
const NEIGHBOUR_CONFIRMATIONS = 2;

function sizeLogarithm({ known, isPartial }: NetworkSize): number {
  return Math.log10(Math.max(isPartial ? LARGE_NETWORK : 0, known));
}

/** How often each rumour is told by each member. */
export function tellingsOf(size: NetworkSize): number {
  return TELLINGS * Math.max(1, Math.ceil(sizeLogarithm(size)));
}

export function suspicionTimesOf(size: NetworkSize): SuspicionTimes {
  const leastMs = Math.max(LEAST_SUSPICION_MS, LEAST_SUSPICION * sizeLogarithm(size) * PROBE_INTERVAL_MS);
  const [factor, wanted] = size.isPartial
    ? [LONE_NEIGHBOUR_FACTOR, NEIGHBOUR_CONFIRMATIONS]
    : [LONE_FACTOR, CONFIRMATIONS];
  // Neither the suspect nor the one who began can confirm.
  return { leastMs, mostMs: factor * leastMs, confirmations: Math.min(wanted, size.known - 2) };
}
