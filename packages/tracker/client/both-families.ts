// One announce over IPv4 and over IPv6 (BEP 7): a tracker hands each of our addresses out to those who can use it.
// Invariant: an answer of either is enough; the slower one holds it up for a moment only, and is still told.

import type { Clock, Timer } from '@enjambre/runtime';
import { isTrackerError, type TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';

export type IpFamily = 4 | 6;

const FAMILIES: readonly IpFamily[] = [4, 6];
/** Once one has answered the other is waited for so long: a network that swallows IPv6 must not keep peers from us. */
const GRACE_MS = 1_000;

/** @param ask resolves in every case; with `no-address` where the tracker, or we, have none of that family */
export async function announceOnBoth(
  clock: Clock,
  ask: (family: IpFamily) => Promise<AnnounceAnswer | TrackerError>,
): Promise<AnnounceAnswer | TrackerError> {
  const outcomes: (AnnounceAnswer | TrackerError | undefined)[] = FAMILIES.map(() => undefined);
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let grace: Timer | undefined;
  for (const [place, family] of FAMILIES.entries()) {
    void ask(family).then((outcome) => {
      outcomes[place] = outcome;
      if (outcomes.every((one) => one !== undefined)) resolve();
      else if (!isTrackerError(outcome)) grace = clock.after(GRACE_MS, resolve);
    });
  }
  await enough;
  grace?.cancel();
  return combine(outcomes.filter((outcome) => outcome !== undefined));
}

function combine(outcomes: readonly (AnnounceAnswer | TrackerError)[]): AnnounceAnswer | TrackerError {
  const answers: AnnounceAnswer[] = [];
  const errors: TrackerError[] = [];
  for (const outcome of outcomes) {
    if (isTrackerError(outcome)) errors.push(outcome);
    else answers.push(outcome);
  }
  if (answers.length === 0) return errors.find(({ code }) => code !== 'no-address') ?? errors[0];
  return answers.reduce(merge);
}

/** The shorter interval but the longer minimum; of counts the greater, for neither sees all. */
function merge(one: AnnounceAnswer, other: AnnounceAnswer): AnnounceAnswer {
  return {
    peers: [...one.peers, ...other.peers],
    intervalMs: ofBoth(Math.min, one.intervalMs, other.intervalMs),
    minIntervalMs: ofBoth(Math.max, one.minIntervalMs, other.minIntervalMs),
    trackerId: one.trackerId ?? other.trackerId,
    warning: one.warning ?? other.warning,
    seeders: ofBoth(Math.max, one.seeders, other.seeders),
    leechers: ofBoth(Math.max, one.leechers, other.leechers),
    externalIps: [...one.externalIps, ...other.externalIps],
  };
}

function ofBoth(
  choose: (a: number, b: number) => number,
  one: number | undefined,
  other: number | undefined,
): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : choose(one, other);
}
