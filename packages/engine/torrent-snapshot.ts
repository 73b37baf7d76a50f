// What a torrent tells about itself at one moment.

import type { ReasonCode } from './torrent-reason.ts';

/** Speeds are payload, whole bytes a second; sizes are bytes. */
export interface TorrentSnapshot {
  readonly phase: 'opening' | 'checking' | 'active' | 'stopped' | 'error';
  /** Why nothing is stored at present; it is tried again by itself. */
  readonly problem: { readonly code: ReasonCode; readonly message: string } | undefined;
  readonly paused: boolean;
  /** Everything wanted is verified. */
  readonly complete: boolean;
  readonly verifiedBytes: number;
  readonly totalSize: number;
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
  readonly connectedPeers: number;
  /** Distinct addresses, from every source; never fewer than connected. */
  readonly knownPeers: number;
  /** Payload since the start, whatever became of it. */
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  /** Payload that was of no use: duplicates, and pieces that failed. */
  readonly wastedBytes: number;
  /** Pieces that failed their hash. */
  readonly failedPieces: number;
}
