// From what the engine knows to the ten fields that programs outside rely on (docs/contract.md C2–C8, C15). Pure.

import type { State, Status } from '@enjambre/contract';
import type { Torrent } from '@enjambre/engine';

export type Snapshot = Torrent['snapshot'];

/** What the design note's system can count in nanoseconds; beyond it there is no estimate. */
const MAX_ETA_SECONDS = 9_223_372_036;
const NO_ETA = '∞';

/**
 * One torrent's status, or that of all torrents of a client together.
 * @param pauseAsked what was asked of the client, which counts while there is no torrent yet
 */
export function statusOf(snapshots: readonly Snapshot[], pauseAsked: boolean): Status {
  const sum = (pick: (snapshot: Snapshot) => number) =>
    snapshots.reduce((total, snapshot) => total + Math.max(0, Math.floor(pick(snapshot))), 0);
  const totalSize = sum((snapshot) => snapshot.totalSize);
  const downloaded = Math.min(
    totalSize,
    sum((snapshot) => snapshot.verifiedBytes),
  );
  const downloadSpeed = sum((snapshot) => snapshot.downloadBytesPerSecond);
  const uploadSpeed = sum((snapshot) => snapshot.uploadBytesPerSecond);
  const paused = snapshots.length === 0 ? pauseAsked : snapshots.every((snapshot) => snapshot.paused);
  const completed = totalSize > 0 && snapshots.every(isComplete);
  return {
    state: stateOf(paused, completed, downloadSpeed, uploadSpeed),
    paused,
    progress: totalSize === 0 ? 0 : Math.min(100, (downloaded / totalSize) * 100),
    downloaded,
    total_size: totalSize,
    download_speed: downloadSpeed,
    upload_speed: uploadSpeed,
    connected_peers: sum((snapshot) => snapshot.connectedPeers),
    total_peers: sum((snapshot) => Math.max(snapshot.knownPeers, snapshot.connectedPeers)),
    eta: formatEta(totalSize - downloaded, downloadSpeed),
  };
}

/** `1h 0m`, `1m 0s`, `0s`; `∞` when nothing comes or it would take centuries. */
export function formatEta(remainingBytes: number, bytesPerSecond: number): string {
  const seconds = bytesPerSecond > 0 ? Math.floor(remainingBytes / bytesPerSecond) : Number.POSITIVE_INFINITY;
  if (seconds > MAX_ETA_SECONDS) return NO_ETA;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h ${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}

/** Checked, whole and still there: what is only believed to be there does not count, nor what was removed since. */
function isComplete({ complete, phase, problem }: Snapshot): boolean {
  return complete && problem === undefined && phase !== 'opening' && phase !== 'checking';
}

function stateOf(paused: boolean, completed: boolean, downloadSpeed: number, uploadSpeed: number): State {
  if (paused) return 'paused';
  if (completed) return 'completed';
  if (downloadSpeed > 0) return 'downloading';
  return uploadSpeed > 0 ? 'seeding' : 'starting';
}
