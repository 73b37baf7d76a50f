// A torrent as the API tells of it (packages/contract/torrent.ts). Pure.

import type {
  FilePage,
  FileView,
  PeerPage,
  SourceView,
  TorrentDetail,
  TorrentReasonCode,
  TorrentState,
  TorrentSummary,
  TrackerView,
} from '@enjambre/contract';
import { reasonCodeOf, reasonOf, type Torrent, viewPeer } from '@enjambre/engine';
import type { TorrentEntry } from '../torrent-entry.ts';
import { cutPage, FIRST_PAGE, type PageRequest } from './page.ts';

const STATES: Readonly<Record<TorrentReasonCode, TorrentState>> = {
  starting: 'checking',
  checking: 'checking',
  'disk-full': 'error',
  'not-writable': 'error',
  'not-readable': 'error',
  locked: 'error',
  'path-conflict': 'error',
  stopped: 'paused',
  paused: 'paused',
  seeding: 'seeding',
  'nobody-asks': 'completed',
  downloading: 'downloading',
  'no-sources': 'stalled',
  'sources-failing': 'stalled',
  'private-no-peers': 'stalled',
  'no-peers-known': 'stalled',
  'none-reachable': 'stalled',
  'connections-used-up': 'stalled',
  connecting: 'stalled',
  'download-limited': 'stalled',
  'pieces-missing': 'stalled',
  'all-choking': 'stalled',
  'peers-silent': 'stalled',
  waiting: 'stalled',
};

export function stateOf(torrent: Torrent): TorrentState {
  return STATES[reasonCodeOf(torrent.facts)];
}

/** Per cent of the bytes. */
export function progressOf({ verifiedBytes, totalSize }: Torrent['snapshot']): number {
  return totalSize === 0 ? 100 : Math.min(100, (verifiedBytes / totalSize) * 100);
}

export function summaryOf({ torrent, addedAt, addedBy }: TorrentEntry): TorrentSummary {
  const { snapshot, metainfo, infoHash } = torrent;
  const reason = reasonOf(torrent.facts);
  const { totalSize, verifiedBytes, downloadBytesPerSecond: speed } = snapshot;
  return {
    infoHash,
    name: metainfo.name,
    state: STATES[reason.code],
    reason,
    paused: snapshot.paused,
    private: metainfo.private,
    progress: progressOf(snapshot),
    totalSize,
    verifiedBytes,
    downloadBytesPerSecond: speed,
    uploadBytesPerSecond: snapshot.uploadBytesPerSecond,
    etaSeconds: speed > 0 ? Math.floor((totalSize - verifiedBytes) / speed) : null,
    connectedPeers: snapshot.connectedPeers,
    knownPeers: snapshot.knownPeers,
    downloadedBytes: snapshot.downloadedBytes,
    uploadedBytes: snapshot.uploadedBytes,
    wastedBytes: snapshot.wastedBytes,
    failedPieces: snapshot.failedPieces,
    addedAt: Math.round(addedAt),
    addedBy,
  };
}

/**
 * @param archives the folder its files are below
 * @param nowMs of the session's clock
 */
export function detailOf(entry: TorrentEntry, archives: string, nowMs: number): TorrentDetail {
  const { torrent, metainfo, trackers } = entry;
  const { geometry, comment, createdBy, creationDate } = metainfo.description;
  return {
    ...summaryOf(entry),
    archives,
    torrentFile: metainfo.path,
    comment: comment ?? null,
    createdBy: createdBy ?? null,
    createdAt: creationDate === undefined ? null : creationDate * 1000,
    pieceLength: geometry.pieceLength,
    pieceCount: geometry.pieceCount,
    verifiedPieces: torrent.pieces.count,
    pieces: Buffer.from(torrent.pieces.toWire()).toString('base64'),
    files: filePage(torrent, FIRST_PAGE),
    peers: peerPage(torrent, FIRST_PAGE, nowMs),
    trackers: trackersOf(trackers),
    sources: sourcesOf(torrent),
  };
}

export function filePage(torrent: Torrent, page: PageRequest): FilePage {
  const files = torrent.metainfo.files.filter(({ padding }) => !padding);
  return cutPage(files, page, (file) => showFile(torrent, file));
}

/** The quickest first, either way. */
export function peerPage(torrent: Torrent, page: PageRequest, nowMs: number): PeerPage {
  const speeds = Array.from(torrent.connectedPeers, (peer) => ({
    peer,
    bytesPerSecond: peer.download.bytesPerSecond + peer.upload.bytesPerSecond,
  }));
  speeds.sort((a, b) => b.bytesPerSecond - a.bytesPerSecond);
  return cutPage(speeds, page, ({ peer }) => ({ ...viewPeer(peer, nowMs) }) as PeerPage['items'][number]);
}

export function sourcesOf(torrent: Torrent): SourceView[] {
  return torrent.sources.views.map(({ nextAt, error, ...source }) => ({
    ...source,
    nextAt: nextAt ?? null,
    error: error ?? null,
  }));
}

export function trackersOf({ trackers }: TorrentEntry['trackers']): TrackerView[] {
  return trackers.map(showTracker);
}

type Tracker = TorrentEntry['trackers']['trackers'][number];

function showTracker(tracker: Tracker): TrackerView {
  const { url, tier, state, lastAnswer, nextAnnounceAt, seeders, leechers, completed } = tracker;
  return {
    url,
    tier,
    state,
    lastAnswer,
    error: state === 'failing' || state === 'unsupported' ? lastAnswer : null,
    nextAnnounceAt: nextAnnounceAt ?? null,
    seeders: seeders ?? null,
    leechers: leechers ?? null,
    completed: completed ?? null,
    peersReceived: tracker.peersReceived,
    lastScrape: tracker.lastScrape,
    externalIps: [...tracker.externalIps],
  };
}

function showFile(torrent: Torrent, { path, size, offset }: Torrent['metainfo']['files'][number]): FileView {
  return { path, size, verifiedBytes: verifiedWithin(torrent, offset, size) };
}

/** Bytes of that stretch that lie in verified pieces. */
function verifiedWithin({ pieces, metainfo }: Torrent, offset: number, size: number): number {
  if (pieces.isComplete || pieces.count === 0) return pieces.count === 0 ? 0 : size;
  const { pieceLength } = metainfo.geometry;
  const end = offset + size;
  let bytes = 0;
  for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < end; piece++) {
    if (!pieces.has(piece)) continue;
    bytes += Math.min(end, (piece + 1) * pieceLength) - Math.max(offset, piece * pieceLength);
  }
  return bytes;
}
