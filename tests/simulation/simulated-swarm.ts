// Sessions of our engine in one process, on a network in memory and a clock that jumps from event to event. They meet
// as at a tracker: who comes is told who is there.
// Invariant: nothing but the seed decides what happens: no real time, no real chance, no real network.

import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { MemoryPieceStore, type PeerSource, Session, StorageError, type TorrentSnapshot } from '@enjambre/engine';
import { encodeBencode, type PeerAddress, parseTorrentFile, type TorrentFile } from '@enjambre/metainfo';
import { FakeClock, type Random, seededRandom, silentLogger } from '@enjambre/runtime';
import { type HostSettings, MemoryNetwork } from './memory-network.ts';

const PORT = 6881;
/** Long enough for whatever is said at the end, in simulated time. */
const CLOSE_DEADLINE_MS = 1_000;

export interface SwarmSettings {
  /** The same number, the same course of events. */
  readonly seed: number;
  readonly size: number;
  readonly pieceLength: number;
}

export interface PeerSettings extends HostSettings {
  /** Which pieces it has when it comes; none when left out. */
  readonly has?: (pieceIndex: number) => boolean;
  /** Asked before each piece is stored. */
  readonly isDiskFull?: () => boolean;
}

/** One peer of the swarm, from when it came. */
export interface SimulatedPeer {
  readonly name: string;
  readonly joinedAtMs: number;
  /** When it had everything; undefined before. */
  readonly finishedAtMs: number | undefined;
  readonly snapshot: TorrentSnapshot;
  readonly content: Buffer;
  /** It goes without a word, as a process that was killed. */
  leave(): void;
}

export class SimulatedSwarm {
  readonly #clock = new FakeClock();
  readonly #network = new MemoryNetwork(this.#clock);
  readonly #random: Random;
  readonly #content: Buffer;
  readonly #metainfo: TorrentFile;
  readonly #present = new Map<string, { address: PeerAddress; update(): void }>();
  #hosts = 0;

  constructor({ seed, size, pieceLength }: SwarmSettings) {
    this.#random = seededRandom(seed);
    this.#content = contentOf(size);
    const hashes: Buffer[] = [];
    for (let at = 0; at < size; at += pieceLength) {
      hashes.push(hash('sha1', this.#content.subarray(at, at + pieceLength), 'buffer'));
    }
    const info = { length: size, name: 'content', 'piece length': pieceLength, pieces: Buffer.concat(hashes) };
    this.#metainfo = parseTorrentFile(encodeBencode({ info }));
  }

  get content(): Buffer {
    return this.#content;
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  get pieceCount(): number {
    return this.#metainfo.geometry.pieceCount;
  }

  /** Somebody comes, under an address of its own. */
  async join(settings: PeerSettings): Promise<SimulatedPeer> {
    const clock = this.#clock;
    const host = `10.0.0.${++this.#hosts}`;
    const session = new Session({
      clock,
      random: seededRandom(this.#random.below(2 ** 31)),
      logger: silentLogger,
      transport: this.#network.host(host, settings),
    });
    await session.listen(PORT);
    const content = this.#partOf(settings);
    const store = new MemoryPieceStore({ layout: this.#metainfo, content });
    const { isDiskFull } = settings;
    if (isDiskFull !== undefined) fillUp(store, isDiskFull);
    const torrent = session.addTorrent({ metainfo: this.#metainfo, store, sources: [this.#meetingPlace()] });
    await torrent.start();
    const joinedAtMs = clock.now();
    let finishedAtMs: number | undefined;
    const update = (): void => {
      if (finishedAtMs === undefined && torrent.snapshot.complete) finishedAtMs = clock.now();
    };
    this.#present.set(host, { address: { host, port: PORT }, update });
    return {
      name: host,
      joinedAtMs,
      content,
      get finishedAtMs() {
        return finishedAtMs;
      },
      get snapshot() {
        return torrent.snapshot;
      },
      leave: () => {
        this.#present.delete(host);
        void session.close(CLOSE_DEADLINE_MS);
      },
    };
  }

  /** Lets things happen until `isOver` or the time is over. Returns whether it was the former. */
  async run(isOver: () => boolean, untilMs: number): Promise<boolean> {
    while (!isOver()) {
      if (!this.#clock.step(untilMs)) return false;
      // What the event set off is finished before the next one: promises are the only other order there is.
      await setImmediate();
      for (const { update } of this.#present.values()) update();
    }
    return true;
  }

  #partOf({ has }: PeerSettings): Buffer {
    const content = Buffer.alloc(this.#content.length);
    const { pieceLength } = this.#metainfo.geometry;
    for (let pieceIndex = 0; has !== undefined && pieceIndex < this.pieceCount; pieceIndex++) {
      const start = pieceIndex * pieceLength;
      if (has(pieceIndex)) content.set(this.#content.subarray(start, start + pieceLength), start);
    }
    return content;
  }

  #meetingPlace(): PeerSource {
    return {
      name: 'tracker',
      start: (swarm) => swarm.addPeers([...this.#present.values()].map(({ address }) => address)),
      completed() {},
      needPeers() {},
      stop: async () => {},
    };
  }
}

/** No two words of it are alike: a misplaced block is seen. */
function contentOf(size: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(size / 4) }, (_, at) => Math.imul(at + 1, 0x9e37_79b1));
  return Buffer.from(words.buffer, 0, size);
}

/** Makes the store refuse whenever its disk is full. */
function fillUp(store: MemoryPieceStore, isFull: () => boolean): void {
  const finish = store.finish.bind(store);
  store.finish = async (pieceIndex, slab, wantBlockHashes) => {
    if (!isFull()) return finish(pieceIndex, slab, wantBlockHashes);
    store.discard(slab);
    throw new StorageError('disk-full', 'the disk is full');
  };
}
