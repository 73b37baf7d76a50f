// What the matrix asks of every client, ours and others': to start as a seed or a leech, and to tell when it has it all.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Lab } from '../lab.ts';
import type { Program } from '../program.ts';
import type { Torrent } from '../torrent-maker.ts';

interface StartOptions {
  readonly lab: Lab;
  readonly role: 'seed' | 'leech';
  readonly torrent: Torrent;
  /** Holds the torrent's file or folder, or will. */
  readonly folder: string;
  /** Its own: the client listens on it and dials from it. */
  readonly host: string;
  /** To dial at once; empty for clients that can't be told. */
  readonly peers: readonly PeerAddress[];
  /** Further .torrent files, for the same folder. */
  readonly others?: readonly string[];
  /** It ran before in this lab, with the same torrents: what it remembers by itself is not given again. */
  readonly again?: boolean;
  /** More connections than it takes by itself. */
  readonly maxConnections?: number;
  /** How long it may take until it listens, where many start at once; ours and the floors only. */
  readonly startTimeoutMs?: number;
}

export interface RunningClient {
  readonly program: Program;
  readonly address: PeerAddress;
  /** When the torrent was handed to it, as `performance.now()`: at its start, or when its daemon was told. */
  readonly addedAtMs: number;
  /** Where it tells how far it is; ours only. */
  readonly statusUrl?: string;
  /** What its own pages ask again and again: how far its torrents are. */
  readonly question?: { readonly url: string; readonly init?: RequestInit };
  /** Tells it of a peer; undefined where nobody needs it yet. */
  readonly dial?: (peer: PeerAddress) => void;
  /** Resolves once every piece of all torrents is there and verified. @throws Error with what the client does instead */
  complete(timeoutMs: number): Promise<void>;
}

export interface TestedClient {
  readonly name: string;
  /** What Debian calls it; undefined for ours. */
  readonly debianPackage: string | undefined;
  /** Resolves once it listens; a seed has found its content then. */
  start(options: StartOptions): Promise<RunningClient>;
}

/** Hashing included: the clients of two tests share two cores. */
export const START_TIMEOUT_MS = 20_000;
