// Sessions of our engine in one process, on a network in memory and a clock that jumps from event to event. They meet
// as at a tracker: who comes is told of some who are there.
// Invariant: nothing but the seed decides what happens: no real time, no real chance, no real network.

import { setImmediate } from 'node:timers/promises';
import { type PeerSource, Session, type Torrent, type TorrentSnapshot } from '@enjambre/engine';
import type { PeerAddress } from '@enjambre/metainfo';
import { FakeClock, type Random, seededRandom, shuffle, silentLogger } from '@enjambre/runtime';
import { type HostSettings, MemoryNetwork } from './memory-network.ts';
import { SharedContent, type StoreSettings } from './shared-content.ts';

const PORT = 6881;
/** As many as a tracker names at most (BEP 3's usual `numwant`). */
const TRACKER_NAMES = 50;
/** Long enough for whatever is said at the end, in simulated time. */
const CLOSE_DEADLINE_MS = 1_000;
/** Whether it is over is asked this often, in simulated time. */
const QUESTION_MS = 10;

export interface SwarmSettings {
  /** The same number, the same course of events. */
  readonly seed: number;
  readonly size: number;
  readonly pieceLength: number;
}

export interface PeerSettings extends HostSettings, StoreSettings {
  /** The session's own limit of what it sends, in bytes a second; none when left out. */
  readonly uploadLimit?: number;
  readonly maxConnections?: number;
}

/** One peer of the swarm, from when it came. */
export interface SimulatedPeer {
  readonly name: string;
  readonly joinedAtMs: number;
  /** When it had everything; undefined before. */
  readonly finishedAtMs: number | undefined;
  readonly torrent: Torrent;
  readonly snapshot: TorrentSnapshot;
  /** What left its host: payload and everything else. */
  readonly sentBytes: number;
  /** It goes without a word, as a process that was killed. */
  leave(): void;
}

export class SimulatedSwarm {
  readonly #clock = new FakeClock();
  readonly #random: Random;
  readonly #network: MemoryNetwork;
  readonly #content: SharedContent;
  readonly #present = new Map<string, PeerAddress>();
  #hosts = 0;

  constructor({ seed, size, pieceLength }: SwarmSettings) {
    this.#random = seededRandom(seed);
    this.#network = new MemoryNetwork(this.#clock, seededRandom(this.#random.below(2 ** 31)));
    this.#content = new SharedContent(size, pieceLength);
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  get pieceCount(): number {
    return this.#content.metainfo.geometry.pieceCount;
  }

  /** Somebody comes, under an address of its own. */
  async join(settings: PeerSettings): Promise<SimulatedPeer> {
    const clock = this.#clock;
    const name = `10.0.${this.#hosts >> 8}.${this.#hosts++ & 255}`;
    const host = this.#network.host(name, settings);
    const session = new Session({
      clock,
      random: seededRandom(this.#random.below(2 ** 31)),
      logger: silentLogger,
      transport: host.transport,
      uploadLimit: settings.uploadLimit,
      maxConnections: settings.maxConnections,
    });
    await session.listen(PORT);
    const { metainfo } = this.#content;
    const store = this.#content.store(settings);
    const torrent = session.addTorrent({ metainfo, store, sources: [this.#tracker()] });
    const joinedAtMs = clock.now();
    let finishedAtMs: number | undefined;
    torrent.whenComplete().then(() => {
      finishedAtMs = clock.now();
    });
    await torrent.start();
    this.#present.set(name, { host: name, port: PORT });
    return {
      name,
      joinedAtMs,
      torrent,
      get finishedAtMs() {
        return finishedAtMs;
      },
      get snapshot() {
        return torrent.snapshot;
      },
      get sentBytes() {
        return host.sentBytes;
      },
      leave: () => {
        this.#present.delete(name);
        void session.close(CLOSE_DEADLINE_MS);
      },
    };
  }

  /** Lets things happen until `isOver` or the time is over. Returns whether it was the former. */
  async run(isOver: () => boolean, untilMs: number): Promise<boolean> {
    let askedAtMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (this.#clock.now() - askedAtMs >= QUESTION_MS) {
        if (isOver()) return true;
        askedAtMs = this.#clock.now();
      }
      if (!this.#clock.step(untilMs)) return isOver();
      // What the event set off is finished before the next one: promises are the only other order there is.
      await setImmediate();
    }
  }

  #tracker(): PeerSource {
    return {
      name: 'tracker',
      report: { nextAt: undefined, error: undefined },
      start: (swarm) => swarm.addPeers(shuffle([...this.#present.values()], this.#random).slice(0, TRACKER_NAMES)),
      completed() {},
      needPeers() {},
      stop: async () => {},
    };
  }
}
