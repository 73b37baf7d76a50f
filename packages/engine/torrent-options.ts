// What a torrent is made of, as whoever adds it brings it.

import type { PeerAddress, TorrentFile } from '@enjambre/metainfo';
import type { PeerSource } from './discovery/peer-source.ts';
import type { PieceStore } from './storage/piece-store.ts';

/** What a torrent has to know of its .torrent; the hashes of the pieces are for its store alone. */
export type TorrentDescription = Pick<TorrentFile, 'infoHashV1' | 'name' | 'geometry' | 'files' | 'private'>;

export interface TorrentOptions {
  readonly metainfo: TorrentDescription;
  readonly store: PieceStore;
  readonly sources: readonly PeerSource[];
  /** Which sources are on from the start; all, when left out. */
  readonly isSourceOn?: (name: string) => boolean;
  /** Given by hand; a private torrent takes none (BEP 27). */
  readonly peers?: readonly PeerAddress[];
  /** Its phase is another now, or everything is verified and written. */
  readonly changed?: () => void;
}
