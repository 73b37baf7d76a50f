// Peers from a torrent's trackers: what joins the tracker package to the engine's interface.
// Invariant: nothing is announced before `start` nor after `stop`, not even when a name resolves late.

import { lookup } from 'node:dns/promises';
import type { PeerSource, SourceReport, SwarmView } from '@enjambre/engine';
import { parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import { Announcer, type TrackerCallers, type TrackerView } from '@enjambre/tracker';

/** Announcing goes before a slow resolver: without an address the tracker sees where we are. */
const RESOLVE_TIMEOUT_MS = 3_000;

export interface TrackerSourceOptions {
  /** The torrent's announce list, tier by tier. */
  readonly tiers: readonly (readonly string[])[];
  /** Name or address at which peers reach us, when it is not the one that the tracker sees. */
  readonly hostname: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How trackers are asked; one for all torrents. */
  readonly callers: TrackerCallers;
}

export class TrackerSource implements PeerSource {
  readonly name = 'tracker';
  readonly #options: TrackerSourceOptions;
  #announcer: Announcer | undefined;
  #complete = false;
  /** Counts starts and stops: what was begun before the last one is over. */
  #turn = 0;
  /** The goodbye of the announcer before: a new one waits for it, or the tracker would take us out after letting us in. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(options: TrackerSourceOptions) {
    this.#options = options;
  }

  start(swarm: SwarmView): void {
    const turn = ++this.#turn;
    void Promise.all([this.#resolveHostname(), this.#leaving]).then(([announcedHost]) => {
      if (this.#turn !== turn) return;
      this.#announcer = this.#createAnnouncer(swarm, announcedHost);
      this.#announcer.start();
      if (this.#complete) this.#announcer.completed();
    });
  }

  completed(): void {
    this.#complete = true;
    this.#announcer?.completed();
  }

  /** More peers are needed than were found: asks again as soon as the tracker allows. */
  needPeers(): void {
    this.#announcer?.needPeers();
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#turn++;
    this.#leaving = this.#announcer?.stop(deadlineMs) ?? this.#leaving;
    this.#announcer = undefined;
    await this.#leaving;
  }

  get report(): SourceReport {
    if (this.#options.tiers.flat().length === 0) return { nextAt: undefined, error: 'the torrent names none' };
    const { trackers } = this;
    const planned = trackers.map(({ nextAnnounceAt }) => nextAnnounceAt).filter((at) => at !== undefined);
    const isFailing =
      trackers.length > 0 && trackers.every(({ state }) => state === 'failing' || state === 'unsupported');
    const [{ lastAnswer } = { lastAnswer: undefined }] = trackers;
    return {
      nextAt: planned.length === 0 ? undefined : Math.min(...planned),
      error: isFailing ? lastAnswer : undefined,
    };
  }

  /** How each tracker fares, in the torrent's order; empty before the first announce. */
  get trackers(): readonly TrackerView[] {
    return this.#announcer?.trackers ?? [];
  }

  #createAnnouncer(swarm: SwarmView, announcedHost: string | undefined): Announcer {
    const { tiers, callers, clock, random, logger } = this.#options;
    return new Announcer({
      tiers,
      infoHash: swarm.infoHash,
      peerId: swarm.peerId,
      port: swarm.listenPort,
      announcedHost,
      progress: () => swarm,
      onPeers: (peers) => swarm.addPeers(peers),
      ...{ clock, random, logger, callers },
    });
  }

  /** Trackers want an address; a name that can't be resolved is announced as it is (BEP 3 allows that). */
  async #resolveHostname(): Promise<string | undefined> {
    const { hostname, clock } = this.#options;
    if (hostname === undefined || parseIpAddress(hostname) !== undefined) return hostname;
    const { promise: tooSlow, resolve } = Promise.withResolvers<string>();
    const timer = clock.after(RESOLVE_TIMEOUT_MS, () => resolve(hostname));
    const resolved = lookup(hostname).then(
      ({ address }) => address,
      () => hostname,
    );
    try {
      return await Promise.race([resolved, tooSlow]);
    } finally {
      timer.cancel();
    }
  }
}
