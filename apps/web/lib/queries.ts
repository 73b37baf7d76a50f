// What is asked of the backend and kept for a while: everything that does not come by events.

import { queryOptions } from '@tanstack/react-query';
import { api, orThrow } from './api.ts';

/** Stats are asked for only while they are looked at. */
const STATS_INTERVAL_MS = 2_000;

/** It tells whether the engine answers, which no event does. */
const INFO_INTERVAL_MS = 10_000;

export const infoQuery = queryOptions({
  queryKey: ['info'],
  queryFn: () => orThrow(api.info()),
  staleTime: INFO_INTERVAL_MS,
  refetchInterval: INFO_INTERVAL_MS,
});

export const torrentsQuery = queryOptions({
  queryKey: ['torrents'],
  queryFn: async () => (await orThrow(api.torrents())).items,
});

export const networksQuery = queryOptions({
  queryKey: ['networks'],
  queryFn: () => orThrow(api.networks()),
});

export const imagesQuery = queryOptions({
  queryKey: ['images'],
  queryFn: async () => (await orThrow(api.images())).items,
});

/** Nobody tells by events how a host is. */
const HOSTS_INTERVAL_MS = 5_000;

export const hostsQuery = queryOptions({
  queryKey: ['hosts'],
  queryFn: async () => (await orThrow(api.hosts())).items,
  refetchInterval: HOSTS_INTERVAL_MS,
});

/** What the speeds of a container were: `count` samples, `step` seconds apart. */
export function samplesQuery(id: string, step: number, count: number) {
  return queryOptions({
    queryKey: ['samples', id, step, count],
    queryFn: () => orThrow(api.samples(id, step, count)),
    refetchInterval: Math.max(step * 1000, STATS_INTERVAL_MS),
    gcTime: 0,
  });
}

/** The torrent as its client tells of it: only while it is looked at, and can be told. */
export function torrentQuery(id: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['torrent', id],
    queryFn: () => orThrow(api.torrent(id)),
    enabled,
    refetchInterval: STATS_INTERVAL_MS,
    gcTime: 0,
  });
}

export function statsQuery(id: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['stats', id],
    queryFn: () => orThrow(api.stats(id)),
    enabled,
    refetchInterval: STATS_INTERVAL_MS,
    gcTime: 0,
  });
}
