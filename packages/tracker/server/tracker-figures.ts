// What a tracker tells of itself: `/stats`, and whatever an operator's program makes of it.

import type { ReplicationView } from '../replication/replication.ts';
import type { Tally } from './tally.ts';

export interface TrackerFigures extends Tally {
  readonly torrents: number;
  readonly peers: number;
  readonly seeders: number;
  readonly leechers: number;
  readonly uptimeSeconds: number;
  /** HTTP connections that are open. */
  readonly connections: number;
  /** Undefined for a tracker that is on its own. */
  readonly set?: ReplicationView | undefined;
}

/** The body of `/stats`. */
export function formatStats(figures: TrackerFigures): string {
  return `${JSON.stringify({
    torrents: figures.torrents,
    peers: figures.peers,
    seeders: figures.seeders,
    leechers: figures.leechers,
    uptime_seconds: figures.uptimeSeconds,
    announces: { http: figures.announcesHttp, udp: figures.announcesUdp, refused: figures.refused },
    scrapes: { http: figures.scrapesHttp, udp: figures.scrapesUdp },
    udp: { connects: figures.connects, strangers: figures.strangers, dropped: figures.dropped },
    http: { connections: figures.connections },
    set: figures.set,
  })}\n`;
}
