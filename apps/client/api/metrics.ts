// What Prometheus gets of a client: sums over its torrents and how many are in which state, so that a thousand torrents
// are no more lines than one.

import type { TorrentState } from '@enjambre/contract';
import { type Metric, processMetrics, single } from '@enjambre/http';
import type { TorrentEntry } from '../torrent-entry.ts';
import { stateOf } from './torrent-view.ts';

/** Each is told, also at zero: a series that comes and goes is no help. */
const STATES: readonly TorrentState[] = [
  'checking',
  'error',
  'paused',
  'downloading',
  'stalled',
  'seeding',
  'completed',
];

/** @param startedAtMs unix milliseconds */
export function metricsOf(entries: readonly TorrentEntry[], startedAtMs: number): Metric[] {
  const snapshots = entries.map(({ torrent }) => torrent.snapshot);
  const sum = (pick: (snapshot: (typeof snapshots)[number]) => number): number =>
    snapshots.reduce((total, snapshot) => total + pick(snapshot), 0);
  const states = entries.map(({ torrent }) => stateOf(torrent));
  const gauge = (name: string, help: string, value: number): Metric => single(`enjambre_${name}`, 'gauge', help, value);
  const counter = (name: string, help: string, value: number): Metric =>
    single(`enjambre_${name}`, 'counter', help, value);
  return [
    {
      name: 'enjambre_torrents',
      type: 'gauge',
      help: 'Torrents by state.',
      samples: STATES.map((state) => ({ labels: { state }, value: states.filter((one) => one === state).length })),
    },
    gauge(
      'size_bytes',
      'Size of all torrents.',
      sum(({ totalSize }) => totalSize),
    ),
    gauge(
      'verified_bytes',
      'Verified and on disk.',
      sum(({ verifiedBytes }) => verifiedBytes),
    ),
    counter(
      'downloaded_bytes_total',
      'Payload received, of use or not.',
      sum(({ downloadedBytes }) => downloadedBytes),
    ),
    counter(
      'uploaded_bytes_total',
      'Payload sent.',
      sum(({ uploadedBytes }) => uploadedBytes),
    ),
    counter(
      'wasted_bytes_total',
      'Payload received in vain.',
      sum(({ wastedBytes }) => wastedBytes),
    ),
    counter(
      'failed_pieces_total',
      'Pieces that failed their hash.',
      sum(({ failedPieces }) => failedPieces),
    ),
    gauge(
      'connected_peers',
      'Peers connected.',
      sum(({ connectedPeers }) => connectedPeers),
    ),
    gauge(
      'known_peers',
      'Peers known, from every source.',
      sum(({ knownPeers }) => knownPeers),
    ),
    ...processMetrics(startedAtMs),
  ];
}
