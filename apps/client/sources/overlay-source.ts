// Peers from the overlay: what joins the overlay package to the engine's interface. One overlay serves all torrents.
// Invariant: a record of ours is out exactly while its torrent runs, and says no more often than needed how far it is.

import type { PeerSource, SourceReport, SwarmView } from '@enjambre/engine';
import type { Overlay, Provider } from '@enjambre/overlay';
import type { Clock, Timer } from '@enjambre/runtime';
import { reasonOf } from '../errors.ts';

export interface OverlaySourceOptions {
  /** Joins it, the first time; rejects when that can't be done. */
  readonly open: () => Promise<Overlay>;
  /** Bytes of the whole torrent. */
  readonly totalSize: number;
  readonly clock: Clock;
}

/** Records are told to everybody: a quarter more is news, a per cent is not. */
const COMPLETENESS_STEP = 25;
const COMPLETENESS_CHECK_MS = 30_000;
/** Its port may be somebody else's for a while. */
const RETRY_MS = 5_000;

export class OverlaySource implements PeerSource {
  readonly name = 'overlay';
  readonly #options: OverlaySourceOptions;
  #swarm: SwarmView | undefined;
  /** While it is asked. */
  #overlay: Overlay | undefined;
  /** Why it could not be joined, and when that is tried again. */
  #failure: SourceReport | undefined;
  #infoHash = '';
  #unwatch: (() => void) | undefined;
  #timer: Timer | undefined;

  constructor(options: OverlaySourceOptions) {
    this.#options = options;
  }

  get report(): SourceReport {
    if (this.#failure !== undefined) return this.#failure;
    // Members tell each other at once: only who is alone has anything to ask.
    const inMs = this.#overlay?.nextLookInMs;
    if (inMs === undefined) return { nextAt: undefined, error: undefined };
    const nextAt = Math.round(this.#options.clock.wallTime() + inMs);
    return { nextAt, error: 'no other member of the overlay was found yet' };
  }

  start(swarm: SwarmView): void {
    this.#swarm = swarm;
    this.#infoHash = swarm.infoHash.toHex();
    void this.#join(swarm);
  }

  /** All that are known are handed over again: some may have been given up meanwhile. */
  needPeers(): void {
    if (this.#overlay !== undefined) this.#hand(this.#overlay.providers(this.#infoHash));
  }

  completed(): void {
    this.#provide();
    if (this.#overlay !== undefined) this.#timer?.cancel();
  }

  async stop(): Promise<void> {
    if (this.#swarm === undefined) return;
    this.#swarm = undefined;
    this.#failure = undefined;
    this.#timer?.cancel();
    this.#unwatch?.();
    this.#overlay?.withdraw(this.#infoHash);
    this.#overlay = undefined;
  }

  async #join(swarm: SwarmView): Promise<void> {
    const { clock, open } = this.#options;
    this.#failure = undefined;
    try {
      const overlay = await open();
      // It may have been stopped meanwhile, and started again.
      if (this.#swarm !== swarm || this.#overlay !== undefined) return;
      this.#overlay = overlay;
    } catch (error) {
      if (this.#swarm !== swarm) return;
      this.#timer = clock.after(RETRY_MS, () => void this.#join(swarm));
      this.#failure = { nextAt: Math.round(clock.wallTime() + RETRY_MS), error: reasonOf(error) };
      return;
    }
    this.#unwatch = this.#overlay.watch(this.#infoHash, (providers) => this.#hand(providers));
    this.#timer = clock.every(COMPLETENESS_CHECK_MS, () => this.#provide());
    this.#provide();
    this.needPeers();
  }

  #hand(providers: readonly Provider[]): void {
    if (providers.length > 0) this.#swarm?.addPeers(providers.map(({ address }) => address));
  }

  #provide(): void {
    if (this.#swarm === undefined || this.#overlay === undefined) return;
    const { listenPort: port, leftBytes } = this.#swarm;
    const percent = leftBytes === 0 ? 100 : 100 * (1 - leftBytes / this.#options.totalSize);
    const completeness = Math.floor(percent / COMPLETENESS_STEP) * COMPLETENESS_STEP;
    this.#overlay.provide(this.#infoHash, { port, completeness });
  }
}
