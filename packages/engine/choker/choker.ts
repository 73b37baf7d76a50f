// Whom to serve: a few at a time, so that each gets a useful rate. While leeching those who give most, and one in five
// by turns so that newcomers get a chance (BEP 3); while seeding everybody by turns.
// Invariant: never more than `slots` are chosen, only interested ones, and no slot stays empty while one waits.

import type { Random } from '@enjambre/runtime';

export interface ChokerSettings {
  /** Peers served at once. Eight keep a link busy without cutting it into slivers. */
  readonly slots: number;
  /** Share of the slots given by turns while leeching. */
  readonly optimisticShare: number;
  /** A turn while seeding ends when both are over: so much was sent, and so much time went by. */
  readonly turnBytes: number;
  readonly turnMs: number;
}

export interface ChokeCandidate {
  readonly interested: boolean;
  readonly snubbed: boolean;
  /** What it gives us. */
  readonly downloadBytesPerSecond: number;
  /** Since when it is served, undefined when it is not. */
  readonly unchokedAtMs: number | undefined;
  /** When its last turn ended (or it came). The longest waiting is next. */
  readonly waitingSinceMs: number;
  /** Sent to it in this turn. */
  readonly turnBytes: number;
  /** It is served as a newcomer. */
  readonly optimistic: boolean;
}

export interface ChokerSituation {
  readonly seeding: boolean;
  readonly nowMs: number;
  /** The newcomers' turn is over. */
  readonly rotate: boolean;
}

export interface Unchoked<Candidate> {
  readonly regular: Set<Candidate>;
  readonly optimistic: Set<Candidate>;
}

/** Chooses who is served from now on. */
export function chooseUnchoked<Candidate extends ChokeCandidate>(
  candidates: readonly Candidate[],
  situation: ChokerSituation,
  settings: ChokerSettings,
  random: Random,
): Unchoked<Candidate> {
  const interested = candidates.filter((candidate) => candidate.interested);
  // Equals must not win by their place in a list: a random key breaks ties.
  const chance = new Map(interested.map((candidate) => [candidate, random.below(0x4000_0000)]));
  const byWaiting = (a: Candidate, b: Candidate): number =>
    a.waitingSinceMs - b.waitingSinceMs || chance.get(a)! - chance.get(b)!;
  return situation.seeding
    ? { regular: takeTurns(interested, situation, settings, byWaiting), optimistic: new Set() }
    : tradeAndTry(interested, situation, settings, byWaiting, chance);
}

function takeTurns<Candidate extends ChokeCandidate>(
  interested: Candidate[],
  situation: ChokerSituation,
  settings: ChokerSettings,
  byWaiting: (a: Candidate, b: Candidate) => number,
): Set<Candidate> {
  const inTurn = (candidate: Candidate): boolean =>
    candidate.unchokedAtMs !== undefined &&
    (situation.nowMs - candidate.unchokedAtMs < settings.turnMs || candidate.turnBytes < settings.turnBytes);
  const staying = interested.filter(inTurn);
  const waiting = interested.filter((c) => !inTurn(c) && c.unchokedAtMs === undefined).sort(byWaiting);
  // Those whose turn is over go on only while nobody waits for the place.
  const over = interested.filter((c) => !inTurn(c) && c.unchokedAtMs !== undefined).sort(byWaiting);
  return new Set([...staying, ...waiting, ...over].slice(0, settings.slots));
}

function tradeAndTry<Candidate extends ChokeCandidate>(
  interested: Candidate[],
  situation: ChokerSituation,
  settings: ChokerSettings,
  byWaiting: (a: Candidate, b: Candidate) => number,
  chance: ReadonlyMap<Candidate, number>,
): Unchoked<Candidate> {
  const optimisticSlots = Math.max(1, Math.round(settings.slots * settings.optimisticShare));
  const traders = interested
    .filter((candidate) => !candidate.snubbed)
    .sort((a, b) => b.downloadBytesPerSecond - a.downloadBytesPerSecond || chance.get(a)! - chance.get(b)!);
  const regular = new Set<Candidate>();
  for (const candidate of traders) {
    if (regular.size >= settings.slots - optimisticSlots || candidate.downloadBytesPerSecond === 0) break;
    regular.add(candidate);
  }
  const rest = interested.filter((candidate) => !regular.has(candidate));
  const staying = situation.rotate ? [] : rest.filter((candidate) => candidate.optimistic);
  const next = rest.filter((candidate) => !staying.includes(candidate)).sort(byWaiting);
  // Slots that no trader earned are tried on newcomers too.
  return { regular, optimistic: new Set([...staying, ...next].slice(0, settings.slots - regular.size)) };
}
