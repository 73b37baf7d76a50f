// The clients of one container, seen as one. Pure.

import { type Health, type Status, type StatusPart, sumStatus } from '@enjambre/contract';
import type { Sight } from './sight.ts';

/** What is worst counts for all. */
const BY_BADNESS: readonly Health[] = ['unreachable', 'starting', 'healthy'];

/** Undefined when there are none. */
export function combineSights(sights: readonly Sight[]): Sight | undefined {
  if (sights.length === 0) return undefined;
  const health = BY_BADNESS.find((word) => sights.some((sight) => sight.health === word)) ?? 'starting';
  const told = sights.flatMap(({ status }) => status ?? []);
  const times = sights.flatMap(({ statusAt }) => statusAt ?? []);
  const because = sights.find(({ reason }) => reason !== undefined);
  return {
    health,
    status: told.length === 0 ? undefined : sumStatus(told.map(partOf), false),
    statusAt: times.length === 0 ? undefined : Math.max(...times),
    since: Math.max(...sights.filter((sight) => sight.health === health).map(({ since }) => since)),
    reason: because?.reason,
    reasonSince: because?.reasonSince ?? 0,
  };
}

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
