// When a tracker may be asked again: its wishes within our bounds, and our patience when it fails. Pure.

import type { Random } from '@enjambre/runtime';
import type { TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';

/** What BEP 3's trackers commonly say; for those that say nothing. */
const DEFAULT_INTERVAL_MS = 30 * 60_000;
/** No tracker may make us hammer it (or somebody it redirects us to). A swarm of one's own may be this quick. */
const MIN_INTERVAL_MS = 10_000;
/** No tracker may silence us for long: peers that it forgot meanwhile would not find us. */
const MAX_INTERVAL_MS = 60 * 60_000;
/** Before more peers are asked for, where a tracker gives no minimum. */
const DEFAULT_MIN_INTERVAL_MS = 60_000;
const FIRST_BACK_OFF_MS = 5_000;
/** With the jitter this becomes 20 to 30 minutes. */
const MAX_BACK_OFF_MS = 20 * 60_000;
/** A tracker that hears nothing of it need not be spared, and we are to be there soon after the network is. */
const MAX_OFFLINE_BACK_OFF_MS = 30_000;
/** A tracker that wants more than a day (BEP 31) may as well say never. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;

/** Milliseconds from an answer to the next regular announce, and to the earliest one out of turn. */
export function intervalsOf(answer: AnnounceAnswer): { intervalMs: number; minIntervalMs: number } {
  const wanted = clamp(answer.intervalMs ?? DEFAULT_INTERVAL_MS);
  const minIntervalMs = clamp(answer.minIntervalMs ?? Math.min(wanted, DEFAULT_MIN_INTERVAL_MS));
  return { intervalMs: Math.max(wanted, minIntervalMs), minIntervalMs };
}

/**
 * Milliseconds to leave a failing tracker alone: 5 s, doubled with each failure, and up to half as much again by chance,
 * so that a swarm does not come back all at once.
 * @param failures in a row, at least 1
 * @param error the last one; a `retryAfterMs` of `Infinity` stays that
 */
export function backOffMs(failures: number, { retryAfterMs, isOffline = false }: TrackerError, random: Random): number {
  const mostMs = isOffline ? MAX_OFFLINE_BACK_OFF_MS : MAX_BACK_OFF_MS;
  const doubled = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), mostMs);
  const patience = doubled + random.below(doubled / 2);
  if (retryAfterMs === undefined) return patience;
  if (retryAfterMs === Number.POSITIVE_INFINITY) return retryAfterMs;
  return Math.max(patience, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
}

/**
 * Milliseconds for which even a person's wish does not bring a failing tracker a further question.
 * @param retryAfterMs what the tracker asked for; `Infinity` stays that
 */
export function holdMs(retryAfterMs: number | undefined): number {
  if (retryAfterMs === Number.POSITIVE_INFINITY) return retryAfterMs;
  return Math.max(MIN_INTERVAL_MS, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

function clamp(intervalMs: number): number {
  return Math.min(Math.max(intervalMs, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
}
