// From what the engine knows to the ten fields that programs outside rely on (docs/contract.md C2–C8, C15). Pure.

import { type Status, sumStatus } from '@enjambre/contract';
import type { Torrent } from '@enjambre/engine';

export type Snapshot = Torrent['snapshot'];

/**
 * One torrent's status, or that of all torrents of a client together.
 * @param pauseAsked what was asked of the client, which counts while there is no torrent yet
 */
export function statusOf(snapshots: readonly Snapshot[], pauseAsked: boolean): Status {
  return sumStatus(
    snapshots.map((snapshot) => ({ ...snapshot, complete: isComplete(snapshot) })),
    pauseAsked,
  );
}

function isComplete({ complete, phase, problem }: Snapshot): boolean {
  return complete && problem === undefined && phase !== 'opening' && phase !== 'checking';
}
