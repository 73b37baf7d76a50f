// Whom to serve: a few at a time, so that each gets a useful rate. While leeching those who gave most of late, and one in
// five by turns so that newcomers get a chance (BEP 3); while seeding everybody by turns.
// Invariant: never more than `slots` are chosen, only interested ones, and no slot stays empty while one waits.

import type { Random } from '@enjambre/runtime';

export interface ChokerSettings {
  /** Peers served at once. Eight keep a link busy without cutting it into slivers. */
  readonly slots: number;
  /** Share of the slots given by turns while leeching. */
  readonly optimisticShare: number;
  /** A turn while leeching is no shorter: in less nobody gets a piece. */
  readonly leastTurnMs: number;
  /** A turn while seeding ends when both are over: so much was sent, and so much time went by. */
  readonly turnBytes: number;
  readonly turnMs: number;
}

export interface ChokeCandidate {
  readonly interested: boolean;
  readonly snubbed: boolean;
  /** What it gives us, over the last rounds. */
  readonly givenBytesPerSecond: number;
  /** Since when it is served, undefined when it is not. */
  readonly unchokedAtMs: number | undefined;
  /** When its last turn ended (or it came). The longest waiting is next. */
  readonly waitingSinceMs: number;
  /** When it last got something, from anybody, as far as we know. */
  readonly lastGotAtMs: number;
  /** Sent to it in this turn. */
  readonly turnBytes: number;
  /** It keeps to itself what a seed gave to it alone (see first-copies.ts). */
  readonly hoards: boolean;
  /** It is served as a newcomer. */
  readonly optimistic: boolean;
}

/** Who has got nothing yet is as likely to be next as three others (BEP 3), since without a piece it can't trade … */
const HUNGRY_PATIENCE = 3;
/** … and so is who has got nothing for so long: by chance alone a few would wait over a minute. */
const HUNGRY_MS = 20_000;

export interface ChokerSituation {
  readonly seeding: boolean;
  readonly nowMs: number;
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
    Number(a.hoards) - Number(b.hoards) ||
    waitedMs(b, situation.nowMs) - waitedMs(a, situation.nowMs) ||
    chance.get(a)! - chance.get(b)!;
  return situation.seeding
    ? { regular: takeTurns(interested, situation, settings, byWaiting), optimistic: new Set() }
    : tradeAndTry(interested, situation, settings, byWaiting, chance);
}

/** Who gets a slot that fell free between two rounds: who waited longest, or while the turns' share is taken who gives most. */
export function chooseNext<Candidate extends ChokeCandidate>(
  candidates: Iterable<Candidate>,
  situation: ChokerSituation,
  settings: Pick<ChokerSettings, 'slots' | 'optimisticShare'>,
): { candidate: Candidate; optimistic: boolean } | undefined {
  let byTurns = 0;
  let longest: Candidate | undefined;
  let trader: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate.unchokedAtMs !== undefined) {
      if (candidate.optimistic) byTurns++;
    } else if (candidate.interested) {
      const { nowMs } = situation;
      if (longest === undefined || isNext(candidate, longest, nowMs)) longest = candidate;
      if (!candidate.snubbed && candidate.givenBytesPerSecond > (trader?.givenBytesPerSecond ?? 0)) trader = candidate;
    }
  }
  if (!situation.seeding && trader !== undefined && byTurns >= slotsByTurns(settings)) {
    return { candidate: trader, optimistic: false };
  }
  return longest && { candidate: longest, optimistic: true };
}

function isNext(candidate: ChokeCandidate, other: ChokeCandidate, nowMs: number): boolean {
  if (candidate.hoards !== other.hoards) return other.hoards;
  return waitedMs(candidate, nowMs) > waitedMs(other, nowMs);
}

/** Who is served has not waited, and who was served longest has the least claim: else its old waiting would win each round. */
function waitedMs(candidate: ChokeCandidate, nowMs: number): number {
  if (candidate.unchokedAtMs !== undefined) return candidate.unchokedAtMs - nowMs;
  const isHungry = nowMs - candidate.lastGotAtMs > HUNGRY_MS;
  return (nowMs - candidate.waitingSinceMs) * (isHungry ? HUNGRY_PATIENCE : 1);
}

function slotsByTurns({ slots, optimisticShare }: Pick<ChokerSettings, 'slots' | 'optimisticShare'>): number {
  return Math.max(1, Math.round(slots * optimisticShare));
}

function takeTurns<Candidate extends ChokeCandidate>(
  interested: Candidate[],
  situation: ChokerSituation,
  settings: ChokerSettings,
  byWaiting: (a: Candidate, b: Candidate) => number,
): Set<Candidate> {
  const inTurn = (candidate: Candidate): boolean =>
    candidate.unchokedAtMs !== undefined &&
    !candidate.hoards &&
    (situation.nowMs - candidate.unchokedAtMs < settings.turnMs || candidate.turnBytes < settings.turnBytes);
  const staying = interested.filter(inTurn);
  const waiting = interested.filter((c) => !inTurn(c) && c.unchokedAtMs === undefined).sort(byWaiting);
  // Those whose turn is over go on only while nobody waits for the place.
  const over = interested.filter((c) => !inTurn(c) && c.unchokedAtMs !== undefined).sort(byWaiting);
  const [generous, hoarding] = [waiting.filter((c) => !c.hoards), waiting.filter((c) => c.hoards)];
  return new Set([...staying, ...generous, ...over, ...hoarding].slice(0, settings.slots));
}

function tradeAndTry<Candidate extends ChokeCandidate>(
  interested: Candidate[],
  situation: ChokerSituation,
  settings: ChokerSettings,
  byWaiting: (a: Candidate, b: Candidate) => number,
  chance: ReadonlyMap<Candidate, number>,
): Unchoked<Candidate> {
  const traders = interested
    .filter((candidate) => !candidate.snubbed)
    .sort((a, b) => b.givenBytesPerSecond - a.givenBytesPerSecond || chance.get(a)! - chance.get(b)!);
  const regular = new Set<Candidate>();
  for (const candidate of traders) {
    if (regular.size >= settings.slots - slotsByTurns(settings) || candidate.givenBytesPerSecond === 0) break;
    regular.add(candidate);
  }
  const rest = interested.filter((candidate) => !regular.has(candidate));
  const hasJustBegun = ({ optimistic, unchokedAtMs }: Candidate): boolean =>
    optimistic && unchokedAtMs !== undefined && situation.nowMs - unchokedAtMs < settings.leastTurnMs;
  const staying = rest.filter(hasJustBegun);
  const next = rest.filter((candidate) => !hasJustBegun(candidate)).sort(byWaiting);
  // Slots that no trader earned are tried on newcomers too.
  return { regular, optimistic: new Set([...staying, ...next].slice(0, settings.slots - regular.size)) };
}
