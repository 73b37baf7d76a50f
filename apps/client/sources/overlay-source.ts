// Peers from the overlay: what joins the overlay package to the engine's interface. One overlay serves all torrents.
// Invariant: a record of ours is out exactly while its torrent runs, and says no more often than needed how far it is.

import type { PeerSource, SourceReport, SwarmView } from '@enjambre/engine';
import type { Overlay, Provider } from '@enjambre/overlay';
import type { Clock, Timer } from '@enjambre/runtime';

export interface OverlaySourceOptions {
  /** Asked for when the torrent starts: by then it listens. */
  readonly overlay: () => Overlay;
  /** Bytes of the whole torrent. */
  readonly totalSize: number;
  readonly clock: Clock;
}

/** Records are told to everybody: a quarter more is news, a per cent is not. */
const COMPLETENESS_STEP = 25;
const COMPLETENESS_CHECK_MS = 30_000;

export class OverlaySource implements PeerSource {
  readonly name = 'overlay';
  readonly #options: OverlaySourceOptions;
  #swarm: SwarmView | undefined;
  #infoHash = '';
  #unwatch: (() => void) | undefined;
  #timer: Timer | undefined;

  constructor(options: OverlaySourceOptions) {
    this.#options = options;
  }

  get report(): SourceReport {
    const { overlay, clock } = this.#options;
    // Members tell each other at once: only who is alone has anything to ask.
    const inMs = this.#swarm === undefined ? undefined : overlay().nextLookInMs;
    if (inMs === undefined) return { nextAt: undefined, error: undefined };
    return { nextAt: Math.round(clock.wallTime() + inMs), error: 'no other member of the overlay was found yet' };
  }

  start(swarm: SwarmView): void {
    const { overlay, clock } = this.#options;
    this.#swarm = swarm;
    this.#infoHash = swarm.infoHash.toHex();
    this.#unwatch = overlay().watch(this.#infoHash, (providers) => this.#hand(providers));
    this.#timer = clock.every(COMPLETENESS_CHECK_MS, () => this.#provide());
    this.#provide();
    this.needPeers();
  }

  /** All that are known are handed over again: some may have been given up meanwhile. */
  needPeers(): void {
    this.#hand(this.#options.overlay().providers(this.#infoHash));
  }

  completed(): void {
    this.#provide();
    this.#timer?.cancel();
  }

  async stop(): Promise<void> {
    if (this.#swarm === undefined) return;
    this.#swarm = undefined;
    this.#timer?.cancel();
    this.#unwatch?.();
    this.#options.overlay().withdraw(this.#infoHash);
  }

  #hand(providers: readonly Provider[]): void {
    if (providers.length > 0) this.#swarm?.addPeers(providers.map(({ address }) => address));
  }

  #provide(): void {
    if (this.#swarm === undefined) return;
    const { listenPort: port, leftBytes } = this.#swarm;
    const percent = leftBytes === 0 ? 100 : 100 * (1 - leftBytes / this.#options.totalSize);
    const completeness = Math.floor(percent / COMPLETENESS_STEP) * COMPLETENESS_STEP;
    this.#options.overlay().provide(this.#infoHash, { port, completeness });
  }
}
