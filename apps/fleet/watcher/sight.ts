// How a client was last seen.

import type { Health, Status, TorrentReason } from '@enjambre/contract';

export interface Sight {
  readonly health: Health;
  /** The last answer; kept when none comes any more. */
  readonly status: Status | undefined;
  /** Unix milliseconds of that answer. */
  readonly statusAt: number | undefined;
  /** Unix milliseconds: since when the health is so. */
  readonly since: number;
  /** What its client says of its torrent, while its state alone does not tell. */
  readonly reason: TorrentReason | undefined;
  /** Unix milliseconds: since when the reason has that code. */
  readonly reasonSince: number;
}

/** Of one that has not answered yet. @param since unix milliseconds */
export function startingSight(since: number): Sight {
  return { health: 'starting', status: undefined, statusAt: undefined, since, reason: undefined, reasonSince: 0 };
}
