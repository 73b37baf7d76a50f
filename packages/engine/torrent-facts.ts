// Looks at a torrent's peers and sources once, and counts what its reason is drawn from.

import type { KnownPeers } from './discovery/known-peers.ts';
import type { SourceList, SourceView } from './discovery/source-list.ts';
import type { Peer } from './peer/peer.ts';
import type { TorrentDescription } from './torrent-options.ts';
import type { ReasonFacts } from './torrent-reason.ts';
import type { TorrentSnapshot } from './torrent-snapshot.ts';
import type { TorrentSurroundings } from './transfer.ts';
import type { Bitfield } from './wire/bitfield.ts';

/** What it looks at: a torrent. */
interface Observed {
  readonly metainfo: TorrentDescription;
  readonly snapshot: TorrentSnapshot;
  readonly pieces: Bitfield;
  readonly connectedPeers: ReadonlySet<Peer>;
  readonly knownPeers: KnownPeers;
  readonly sources: SourceList;
}

export function factsOf(torrent: Observed, { clock, downloadBucket, isFull }: TorrentSurroundings): ReasonFacts {
  const { snapshot, pieces, connectedPeers, metainfo } = torrent;
  // One that is complete, or has peers, need not look at who else is known, nor ask who names them.
  const isAlone = !snapshot.complete && connectedPeers.size === 0;
  return {
    phase: snapshot.phase,
    problem: snapshot.problem,
    isPaused: snapshot.paused,
    isComplete: snapshot.complete,
    isPrivate: metainfo.private,
    hadPieces: pieces.count,
    pieceCount: pieces.pieceCount,
    downloadBytesPerSecond: snapshot.downloadBytesPerSecond,
    uploadBytesPerSecond: snapshot.uploadBytesPerSecond,
    isLimited: downloadBucket.available(clock.now()) <= 0,
    isCrowdedOut: isFull(),
    ...countPeers(connectedPeers),
    ...(isAlone ? countDialable(torrent) : { dialable: 0, unreachable: 0 }),
    ...(isAlone ? askSources(torrent.sources.views) : { sources: 0, sourceErrors: [] }),
  };
}

function countPeers(
  peers: ReadonlySet<Peer>,
): Pick<ReasonFacts, 'connected' | 'interested' | 'untold' | 'useful' | 'choking' | 'snubbed'> {
  const counts = { connected: peers.size, interested: 0, untold: 0, useful: 0, choking: 0, snubbed: 0 };
  for (const peer of peers) {
    if (peer.peerInterested) counts.interested++;
    if (!peer.toldPieces) counts.untold++;
    if (peer.missingCount === 0) continue;
    counts.useful++;
    if (peer.peerChoking && peer.allowedToUs.size === 0) counts.choking++;
    else if (peer.snubbed) counts.snubbed++;
  }
  return counts;
}

function countDialable({ knownPeers }: Observed): Pick<ReasonFacts, 'dialable' | 'unreachable'> {
  const counts = { dialable: 0, unreachable: 0 };
  for (const peer of knownPeers) {
    if (!peer.isDialable || peer.isBanned || peer.isSelf) continue;
    counts.dialable++;
    if (peer.failures > 0) counts.unreachable++;
  }
  return counts;
}

function askSources(views: readonly SourceView[]): Pick<ReasonFacts, 'sources' | 'sourceErrors'> {
  const enabled = views.filter((view) => view.enabled);
  const failing = enabled.filter(({ error }) => error !== undefined);
  return { sources: enabled.length, sourceErrors: failing.map(({ name, error }) => `${name}: ${error}`) };
}
