// Where addresses of peers come from. The engine owns the interface; an app brings the implementations.

import type { PeerAddress } from '@enjambre/metainfo';

/** What a source may know of the torrent it looks for peers of. */
export interface SwarmView {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  /** Where our peer connections are accepted, as bound. */
  readonly listenPort: number;
  /** Bytes of payload since the torrent was started. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Bytes not yet verified. */
  readonly leftBytes: number;
  /** Hands over what was found; known ones are ignored, junk too. */
  addPeers(addresses: readonly PeerAddress[]): void;
  /** Hosts at which others reach us: whoever is named there with our port is nobody but us. All of them, each time. */
  setOwnHosts(hosts: readonly string[]): void;
}

/** How a source fares. */
export interface SourceReport {
  /** Unix time in ms when it will ask again; undefined when nothing is planned. */
  readonly nextAt: number | undefined;
  /** Why its last question was not answered, in words; undefined when it was, or none was asked yet. */
  readonly error: string | undefined;
}

export interface PeerSource {
  /** The word that `--discovery-mode` uses. */
  readonly name: string;
  readonly report: SourceReport;
  /** Starts looking, perhaps again after `stop`. Never throws: a source that finds nothing tries again by itself. */
  start(swarm: SwarmView): void;
  /** More peers would help now: asks earlier than planned, as far as whoever it asks allows. */
  needPeers(): void;
  /** Everything wanted is now verified. */
  completed(): void;
  /** Tells whoever should know, and ends; resolves within `deadlineMs` whatever they answer. */
  stop(deadlineMs: number): Promise<void>;
}
