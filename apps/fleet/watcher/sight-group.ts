// The clients of one container, seen as one. Pure.

import { type Health, type Status, type StatusPart, sumStatus } from '@enjambre/contract';
import type { Sight } from './sight.ts';

/** What is worst counts for all. */
const BY_BADNESS: readonly Health[] = ['unreachable', 'starting', 'healthy'];

/**
 * Who has not answered yet has nothing of what the others have.
 * @param sights at least one
 */
export function combineSights(sights: readonly Sight[]): Sight {
  const health = BY_BADNESS.find((word) => sights.some((sight) => sight.health === word)) ?? 'starting';
  const times = sights.flatMap(({ statusAt }) => statusAt ?? []);
  const because = sights.find(({ reason }) => reason !== undefined);
  return {
    health,
    status: combineStatus(sights),
    statusAt: times.length === 0 ? undefined : Math.max(...times),
    since: Math.max(...sights.filter((sight) => sight.health === health).map(({ since }) => since)),
    reason: because?.reason,
    reasonSince: because?.reasonSince ?? 0,
  };
}

function combineStatus(sights: readonly Sight[]): Status | undefined {
  const told = sights.flatMap(({ status }) => status ?? []);
  if (told.length === 0) return undefined;
  // All download the same.
  const silent = { ...nothing, totalSize: Math.max(...told.map(({ total_size }) => total_size)) };
  const others = sights.filter(({ status }) => status === undefined).map(() => silent);
  return sumStatus([...told.map(partOf), ...others], false);
}

/** `paused`: as the others are. */
const nothing: StatusPart = {
  paused: true,
  complete: false,
  verifiedBytes: 0,
  totalSize: 0,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  connectedPeers: 0,
  knownPeers: 0,
};

function partOf(status: Status): StatusPart {
  return {
    paused: status.paused,
    complete: status.state === 'completed' || (status.total_size > 0 && status.downloaded === status.total_size),
    verifiedBytes: status.downloaded,
    totalSize: status.total_size,
    downloadBytesPerSecond: status.download_speed,
    uploadBytesPerSecond: status.upload_speed,
    connectedPeers: status.connected_peers,
    knownPeers: status.total_peers,
  };
}
