// A torrent of this client: what the engine has of it, and what only the client knows.

import type { TorrentSummary } from '@enjambre/contract';
import type { Torrent } from '@enjambre/engine';
import type { TrackerSource } from './sources/tracker-source.ts';
import type { MetainfoFile } from './state/metainfo-file.ts';

export interface TorrentEntry {
  readonly torrent: Torrent;
  readonly metainfo: MetainfoFile;
  readonly trackers: TrackerSource;
  readonly addedBy: TorrentSummary['addedBy'];
  /** Unix milliseconds. */
  readonly addedAt: number;
  /** What the log was last told of its state. */
  told: string;
  /** It is on its way out. */
  isLeaving: boolean;
  /** When it is out, and what it held is free for others. */
  readonly gone: PromiseWithResolvers<void>;
}
