// One torrent of a session: from finding out what is on disk to the end. Carries its state; no algorithm here.
// Invariant: peers are only connected while its store is open; only a recheck takes `complete` back.

import { formatInfoHash } from '@enjambre/metainfo';
import { type KnownPeer, KnownPeers } from './discovery/known-peers.ts';
import { SourceList } from './discovery/source-list.ts';
import type { Connection } from './net/transport.ts';
import type { Peer } from './peer/peer.ts';
import { StorageTrouble } from './storage-trouble.ts';
import { factsOf } from './torrent-facts.ts';
import type { TorrentDescription, TorrentOptions } from './torrent-options.ts';
import type { ReasonFacts } from './torrent-reason.ts';
import type { TorrentSnapshot } from './torrent-snapshot.ts';
import { NOTHING_TRANSFERRED, type TorrentSurroundings, Transfer, type TransferTotals } from './transfer.ts';
import { Bitfield } from './wire/bitfield.ts';
import type { Handshake } from './wire/handshake.ts';

const NOBODY: ReadonlySet<Peer> = new Set();

export class Torrent {
  readonly metainfo: TorrentDescription;
  /** Hex, v1. */
  readonly infoHash: string;
  readonly infoHashBytes: Uint8Array;
  readonly knownPeers = new KnownPeers();
  readonly sources: SourceList;
  readonly #options: TorrentOptions;
  readonly #surroundings: TorrentSurroundings;
  readonly #woken: (torrent: Torrent) => void;
  readonly #completion = Promise.withResolvers<void>();
  readonly #trouble: StorageTrouble;
  #had: Bitfield;
  #verifiedBytes = 0;
  #transfer: Transfer | undefined;
  /** What went over the wire before the transfer that is. */
  #before: TransferTotals = NOTHING_TRANSFERRED;
  #phase: TorrentSnapshot['phase'] = 'opening';
  #isOpen = false;
  /** In error: pieces are asked for again, to see whether they can be stored now. */
  #isTrying = false;
  #paused = false;
  #checking: Promise<void> | undefined;

  /** @param woken called when it has something to do at the next turn  @throws Error when it is v2-only */
  constructor(options: TorrentOptions, surroundings: TorrentSurroundings, woken: (torrent: Torrent) => void) {
    const { geometry, infoHashV1: infoHash } = options.metainfo;
    if (infoHash === undefined) throw new Error('a v2-only torrent cannot be transferred yet');
    this.metainfo = options.metainfo;
    this.infoHashBytes = infoHash;
    this.infoHash = formatInfoHash(infoHash);
    this.#options = options;
    this.#surroundings = surroundings;
    this.#woken = woken;
    this.#trouble = new StorageTrouble(surroundings, this.infoHash);
    this.#had = new Bitfield(geometry.pieceCount);
    this.sources = this.#listSources();
    for (const address of (!this.metainfo.private && options.peers) || []) {
      this.knownPeers.add(address, 'manual', surroundings.clock.now());
    }
  }

  /** Finds out what is on disk, then looks for peers. What the disk refuses becomes its state, and is tried again. */
  async start(): Promise<void> {
    await this.#check(true);
  }

  /** Hashes all that is on disk, whatever the record says; what is damaged or gone is fetched. Peers are left for it. */
  async recheck(): Promise<void> {
    await (this.#checking ?? this.#check(false));
  }

  /** Asks for nothing any more; peers stay and are served on. Idempotent, may come before `start`. */
  pause(): void {
    this.#paused = true;
    this.#transfer?.download.hold();
    this.#woken(this);
  }

  resume(): void {
    this.#paused = false;
    if (this.#phase === 'error') this.#trouble.retryNow();
    else this.#transfer?.download.proceed();
    this.#woken(this);
  }

  get snapshot(): TorrentSnapshot {
    const connectedPeers = this.connectedPeers.size;
    return {
      phase: this.#phase,
      problem: this.#trouble.problem,
      paused: this.#paused,
      complete: this.#phase !== 'checking' && this.#had.isComplete,
      verifiedBytes: this.#verifiedBytes,
      totalSize: this.metainfo.geometry.totalSize,
      downloadBytesPerSecond: this.#transfer?.downloadBytesPerSecond ?? 0,
      uploadBytesPerSecond: this.#transfer?.uploadBytesPerSecond ?? 0,
      connectedPeers,
      knownPeers: Math.max(this.knownPeers.count, connectedPeers),
      ...this.#totals,
    };
  }

  /** For `reasonOf`: why it is as it is. */
  get facts(): ReasonFacts {
    return factsOf(this, this.#surroundings);
  }

  /** Which pieces are verified; not to be changed. */
  get pieces(): Bitfield {
    return this.#had;
  }

  get connectedPeers(): ReadonlySet<Peer> {
    return this.#transfer?.peers ?? NOBODY;
  }

  /** Resolves when everything is verified, written and synced. */
  whenComplete(): Promise<void> {
    return this.#completion.promise;
  }

  /** Whether peers may connect now. */
  get isActive(): boolean {
    return this.#isOpen;
  }

  /** Whether it needs its turn; else nothing happens before `knownPeers.nextDialAtMs` or until it wakes. */
  get isAtWork(): boolean {
    return this.#isOpen && this.#transfer?.isQuiet === false;
  }

  /** Takes over a connection whose handshakes are done. Returns false, and leaves it alone, when it is not kept. */
  attach(connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): boolean {
    return this.#isOpen && this.#work().attach(connection, known, handshake, rest);
  }

  /** Whether a peer of it has been connected for a while with nothing to give or to take. */
  get hasIdler(): boolean {
    return this.#transfer?.hasIdler === true;
  }

  /** Parts with the peer that is of the least use, for the sake of somebody else. */
  dropLeastUseful(): void {
    this.#transfer?.dropLeastUseful();
  }

  /** Several times a second, while at work. */
  tick(): void {
    this.#transfer?.tick(this.#surroundings.downloadBucket.isLimited);
  }

  /** Once a second, while at work. */
  tickSecond(): void {
    this.#transfer?.tickSecond();
    if (this.#had.isComplete && this.#transfer?.isQuiet === true) this.#rest('idle');
    const wantsPeers = !this.#had.isComplete && !this.#paused;
    this.sources.setCompany(wantsPeers ? this.connectedPeers.size : Number.POSITIVE_INFINITY);
  }

  /** Looks whether the files of a complete torrent are still there; where not, that becomes its state. */
  async patrol(): Promise<void> {
    if (this.#phase === 'active' && this.#had.isComplete) await this.#settle();
  }

  /** Ends: sources tell their trackers, peers are let go, the store is flushed. Resolves within about `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isOpen = false;
    this.#trouble.end();
    this.#enter('stopped');
    const stopping = this.sources.stop(deadlineMs);
    this.#rest('stopped');
    await Promise.allSettled([stopping, this.#options.store.close()]);
  }

  get #totals(): TransferTotals {
    return this.#transfer?.totals ?? this.#before;
  }

  #listSources(): SourceList {
    const { clock, peerId, listenPort } = this.#surroundings;
    return new SourceList({
      sources: this.#options.sources,
      isPrivate: this.metainfo.private,
      isOn: this.#options.isSourceOn,
      swarm: () => ({
        infoHash: this.infoHashBytes,
        peerId,
        listenPort: listenPort(),
        ...this.#totals,
        leftBytes: this.metainfo.geometry.totalSize - this.#verifiedBytes,
      }),
      clock,
      addPeer: (address, origin) => {
        const isNew = this.knownPeers.get(address) === undefined;
        const known = this.knownPeers.add(address, origin, clock.now());
        this.#woken(this);
        return isNew && known !== undefined;
      },
      setOwnHosts: (hosts) => this.knownPeers.setOwn(hosts.map((host) => ({ host, port: listenPort() }))),
    });
  }

  async #check(isTrusting: boolean): Promise<void> {
    // Its turn to be opened may come after its end.
    if (this.#phase === 'stopped') return;
    this.#checking = this.#open(isTrusting).finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #open(isTrusting: boolean): Promise<void> {
    this.#isOpen = false;
    this.#rest('its files are checked');
    this.sources.setCompany(Number.POSITIVE_INFINITY);
    this.#had = new Bitfield(this.metainfo.geometry.pieceCount);
    this.#verifiedBytes = 0;
    this.#enter('checking');
    try {
      await this.#options.store.open((pieceIndex) => this.#pieceFound(pieceIndex), isTrusting);
    } catch (error) {
      return this.#refused(error, () => void this.#check(isTrusting));
    }
    if (this.#phase === 'stopped') return;
    this.#isOpen = true;
    this.#goOn();
    this.sources.start();
    if (this.#had.isComplete) void this.#settle();
  }

  /** The parts that work, made when there are none. */
  #work(): Transfer {
    if (this.#transfer !== undefined) return this.#transfer;
    this.#transfer = new Transfer({
      geometry: this.metainfo.geometry,
      infoHash: this.infoHashBytes,
      store: this.#options.store,
      had: this.#had,
      knownPeers: this.knownPeers,
      surroundings: this.#surroundings,
      before: this.#before,
      pieceVerified: (pieceIndex) => this.#pieceVerified(pieceIndex),
      storageFailed: (error) => this.#storageFailed(error),
    });
    if (this.#paused || this.#phase === 'error') this.#transfer.download.hold();
    this.#woken(this);
    return this.#transfer;
  }

  #rest(reason: string): void {
    this.#before = this.#totals;
    this.#transfer?.end(reason);
    this.#transfer = undefined;
  }

  #pieceFound(pieceIndex: number): void {
    if (this.#had.set(pieceIndex)) this.#verifiedBytes += this.metainfo.geometry.pieceSize(pieceIndex);
  }

  #pieceVerified(pieceIndex: number): void {
    this.#pieceFound(pieceIndex);
    // One that was on its way when another failed says nothing: the next would be fetched in vain, and the next.
    if (this.#phase === 'error' && this.#isTrying) this.#goOn();
    this.#transfer?.announce(pieceIndex);
    // Its last peer may have left long before the disk was done.
    this.#woken(this);
    if (!this.#had.isComplete) return;
    this.knownPeers.completed();
    this.sources.completed();
    void this.#settle();
  }

  /** Complete: all of it is synced, and still where it was written. */
  async #settle(): Promise<void> {
    try {
      await this.#options.store.flush();
    } catch (error) {
      return this.#storageFailed(error);
    }
    if (!this.#isOpen) return;
    if (this.#phase === 'error') this.#goOn();
    this.#completion.resolve();
    this.#options.changed?.();
  }

  /** The disk does what it should: whatever was held back goes on. */
  #goOn(): void {
    this.#trouble.passed();
    this.#enter('active');
    if (!this.#paused) this.#transfer?.download.proceed();
    if (!this.#had.isComplete) this.knownPeers.hurry(this.#surroundings.clock.now());
    this.#woken(this);
  }

  #storageFailed(error: unknown): void {
    if (!this.#isOpen) return;
    // Each time: a retry that failed must not go on fetching what can't be stored.
    this.#isTrying = false;
    this.#transfer?.download.hold();
    if (this.#phase !== 'error') this.#refused(error, () => this.#tryStorageAgain());
  }

  /** It stays in error until a piece was really stored; a complete torrent, until its files are in their place. */
  #tryStorageAgain(): void {
    if (this.#phase !== 'error') return;
    this.#trouble.retryLater(() => this.#tryStorageAgain());
    if (this.#had.isComplete) void this.#settle();
    else if (!this.#paused) {
      this.#isTrying = true;
      this.#transfer?.download.proceed();
    }
  }

  #refused(error: unknown, again: () => void): void {
    if (this.#phase === 'stopped') return;
    this.#trouble.met(error, again);
    this.#enter('error');
  }

  #enter(phase: TorrentSnapshot['phase']): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#options.changed?.();
  }
}
