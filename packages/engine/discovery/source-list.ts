// The sources of one torrent: which of them are on, what each has found, and the one place that keeps a private torrent
// to its trackers (BEP 27).
// Invariant: a source is started when the list is, it is enabled and the torrent may use it; else it looks for nothing.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Timer } from '@enjambre/runtime';
import type { PeerOrigin } from './known-peers.ts';
import type { PeerSource, SourceReport, SwarmView } from './peer-source.ts';

/** The only source of a private torrent. */
const OF_PRIVATE_TORRENTS = 'tracker';
/** One that is switched off says goodbye, and that takes no longer. */
const GOODBYE_MS = 5_000;

/** With fewer peers than this a download asks for more, so often. */
const FEW_PEERS = 5;
const NEED_PEERS_MS = 30_000;

/** A source as shown to people. */
export interface SourceView extends SourceReport {
  readonly name: string;
  readonly enabled: boolean;
  /** Distinct addresses it was the first to name. */
  readonly found: number;
}

export interface SourceListOptions {
  readonly sources: readonly PeerSource[];
  readonly isPrivate: boolean;
  readonly clock: Clock;
  /** Which are on from the start; all, when left out. */
  readonly isOn?: ((name: string) => boolean) | undefined;
  /** What sources may know of the torrent, as it is now. */
  readonly swarm: () => Omit<SwarmView, 'addPeers' | 'setOwnHosts'>;
  /** Takes an address in; returns whether it was new. */
  readonly addPeer: (address: PeerAddress, origin: PeerOrigin) => boolean;
  readonly setOwnHosts: (hosts: readonly string[]) => void;
}

interface Listed {
  readonly source: PeerSource;
  enabled: boolean;
  found: number;
}

export class SourceList {
  readonly #options: SourceListOptions;
  readonly #listed: readonly Listed[];
  #started = false;
  /** While there are few. */
  #asking: Timer | undefined;

  constructor(options: SourceListOptions) {
    this.#options = options;
    const allowed = options.sources.filter(({ name }) => !options.isPrivate || name === OF_PRIVATE_TORRENTS);
    this.#listed = allowed.map((source) => ({ source, enabled: options.isOn?.(source.name) ?? true, found: 0 }));
  }

  get views(): SourceView[] {
    return this.#listed.map(({ source, enabled, found }) => {
      const { nextAt, error } = source.report;
      return { name: source.name, enabled, found, nextAt: enabled ? nextAt : undefined, error };
    });
  }

  /** The source of that name, when the torrent may use it. */
  get(name: string): PeerSource | undefined {
    return this.#listed.find(({ source }) => source.name === name)?.source;
  }

  /** Starts those that are on; idempotent. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const listed of this.#listed) if (listed.enabled) this.#start(listed);
  }

  /** Switches a source on or off. Returns false when the torrent has none of that name. */
  setEnabled(name: string, enabled: boolean): boolean {
    const listed = this.#listed.find(({ source }) => source.name === name);
    if (listed === undefined) return false;
    if (listed.enabled === enabled) return true;
    listed.enabled = enabled;
    if (enabled && this.#started) this.#start(listed);
    else if (this.#started) void listed.source.stop(GOODBYE_MS);
    return true;
  }

  /** To be told whenever it changes. @param connectedPeers Infinity while no more are wanted; with few more are asked for */
  setCompany(connectedPeers: number): void {
    const isLonely = connectedPeers < FEW_PEERS && this.#started;
    if (isLonely === (this.#asking !== undefined)) return;
    this.#asking?.cancel();
    this.#asking = isLonely ? this.#options.clock.every(NEED_PEERS_MS, () => this.#askForMore()) : undefined;
  }

  completed(): void {
    for (const { source } of this.#listed) source.completed();
  }

  /** Ends all of them, within `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#started = false;
    this.setCompany(Number.POSITIVE_INFINITY);
    await Promise.allSettled(this.#listed.map(({ source }) => source.stop(deadlineMs)));
  }

  #start(listed: Listed): void {
    const { swarm, setOwnHosts } = this.#options;
    listed.source.start(new View(swarm, (addresses) => this.#take(listed, addresses), setOwnHosts));
  }

  #askForMore(): void {
    for (const { source, enabled } of this.#listed) if (enabled) source.needPeers();
  }

  #take(listed: Listed, addresses: readonly PeerAddress[]): void {
    // A source that was switched off may still be waiting for an answer.
    if (!this.#started || !listed.enabled) return;
    for (const address of addresses) {
      if (this.#options.addPeer(address, listed.source.name as PeerOrigin)) listed.found++;
    }
  }
}

class View implements SwarmView {
  readonly #swarm: SourceListOptions['swarm'];
  readonly addPeers: SwarmView['addPeers'];
  readonly setOwnHosts: SwarmView['setOwnHosts'];

  constructor(
    swarm: SourceListOptions['swarm'],
    addPeers: SwarmView['addPeers'],
    setOwnHosts: SwarmView['setOwnHosts'],
  ) {
    this.#swarm = swarm;
    this.addPeers = addPeers;
    this.setOwnHosts = setOwnHosts;
  }

  get infoHash(): Uint8Array {
    return this.#swarm().infoHash;
  }

  get peerId(): Uint8Array {
    return this.#swarm().peerId;
  }

  get listenPort(): number {
    return this.#swarm().listenPort;
  }

  get uploadedBytes(): number {
    return this.#swarm().uploadedBytes;
  }

  get downloadedBytes(): number {
    return this.#swarm().downloadedBytes;
  }

  get leftBytes(): number {
    return this.#swarm().leftBytes;
  }
}
