// Several torrents, or several clients of one container, as one status (docs/contract.md C2–C8, C15). Pure.

import type { ContainerView } from './container.ts';
import type { State, Status } from './status.ts';

/** What is counted of each. */
export interface StatusPart {
  readonly paused: boolean;
  /** Checked, whole and still there: what is only believed to be there does not count. */
  readonly complete: boolean;
  /** Bytes, and bytes a second. */
  readonly verifiedBytes: number;
  readonly totalSize: number;
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
  readonly connectedPeers: number;
  readonly knownPeers: number;
}

/** What the design note's system can count in nanoseconds; beyond it there is no estimate. */
const MAX_ETA_SECONDS = 9_223_372_036;
const NO_ETA = '∞';

/** @param pauseAsked what was asked for, which counts while there are no parts yet */
export function sumStatus(parts: readonly StatusPart[], pauseAsked: boolean): Status {
  const sum = (pick: (part: StatusPart) => number) =>
    parts.reduce((total, part) => total + Math.max(0, Math.floor(pick(part))), 0);
  const totalSize = sum((part) => part.totalSize);
  const downloaded = Math.min(
    totalSize,
    sum((part) => part.verifiedBytes),
  );
  const downloadSpeed = sum((part) => part.downloadBytesPerSecond);
  const uploadSpeed = sum((part) => part.uploadBytesPerSecond);
  const paused = parts.length === 0 ? pauseAsked : parts.every((part) => part.paused);
  const completed = totalSize > 0 && parts.every((part) => part.complete);
  return {
    state: stateOf(paused, completed, downloadSpeed, uploadSpeed),
    paused,
    progress: totalSize === 0 ? 0 : Math.min(100, (downloaded / totalSize) * 100),
    downloaded,
    total_size: totalSize,
    download_speed: downloadSpeed,
    upload_speed: uploadSpeed,
    connected_peers: sum((part) => part.connectedPeers),
    total_peers: sum((part) => Math.max(part.knownPeers, part.connectedPeers)),
    eta: formatEta(totalSize - downloaded, downloadSpeed),
  };
}

/** What is to be downloaded in all: of several instances by each, as `status.downloaded` is of all. */
export function sizeOf({ totalSize, status }: Pick<ContainerView, 'totalSize' | 'status'>): number {
  return Math.max(totalSize, status?.total_size ?? 0);
}

/** What a client said last, once it has ended: nothing moves any more. */
export function restingStatus({ paused, downloaded, total_size, total_peers }: Status): Status {
  const part: StatusPart = {
    paused,
    complete: downloaded === total_size,
    verifiedBytes: downloaded,
    totalSize: total_size,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    connectedPeers: 0,
    knownPeers: total_peers,
  };
  return sumStatus([part], paused);
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

function stateOf(paused: boolean, completed: boolean, downloadSpeed: number, uploadSpeed: number): State {
  if (paused) return 'paused';
  if (completed) return 'completed';
  if (downloadSpeed > 0) return 'downloading';
  return uploadSpeed > 0 ? 'seeding' : 'starting';
}
