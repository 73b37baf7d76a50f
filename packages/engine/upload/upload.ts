// Serving: who is unchoked, and what may be asked for.
// Invariant: of every request, the block is sent or, with the fast extension, its refusal.

import type { PieceGeometry } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import { type ChokerSettings, chooseNext, chooseUnchoked } from '../choker/choker.ts';
import { FirstCopies } from '../choker/first-copies.ts';
import { SlotCount } from '../choker/slot-count.ts';
import type { Peer } from '../peer/peer.ts';
import { shuffledStretches } from '../picker/stretch.ts';
import { ProtocolError } from '../protocol-error.ts';
import type { SpeedMeter } from '../rate/speed-meter.ts';
import type { TokenBucket } from '../rate/token-bucket.ts';
import type { PieceStore } from '../storage/piece-store.ts';
import { ALLOWED_FAST_COUNT } from '../wire/allowed-fast.ts';
import { encodeRejects } from '../wire/encoder.ts';
import type { BlockRange } from '../wire/message.ts';
import { BlockSender } from './block-sender.ts';

/** Unanswered requests we keep of a peer; told to it as `reqq` (BEP 10). */
export const REQUESTS_WE_KEEP = 2000;
/** Refusals a peer may leave unread: of all it had asked for, and of as many again that crossed our choke. */
const MOST_UNREAD_REFUSALS = 2 * REQUESTS_WE_KEEP;
/** Longer blocks than this nobody asks for in earnest (the field's bound is 128 KiB). */
const LONGEST_BLOCK = 128 * 1024;

const CHOKER: Omit<ChokerSettings, 'turnBytes' | 'slots'> = {
  optimisticShare: 0.2,
  leastTurnMs: 5_000,
  turnMs: 60_000,
};
/** A seed's turn: so many pieces. */
const TURN_PIECES = 20;
/** Each round the turns go round: of 30 s, as BEP 3 has them, one who gives little waited over a minute for the next. */
const RECHOKE_MS = 15_000;

/** Who is served and asks for nothing for so long (longer than a far round trip) has no use for its slot … */
const IDLE_SLOT_MS = 500;
/** … but for one whose requests wait behind what it sends: twice as long as the first one took last time, up to a turn. */
const REACTIONS = 2;
const MOST_IDLE_SLOT_MS = 5_000;
/** Nor has who takes nothing of what lies in its socket for so long: its link is dead, or it hangs. */
const STUCK_SLOT_MS = 10_000;
/** What is suggested to a peer ahead of its requests: as much as it asks for at first, and a piece to follow another. */
const SUGGESTED_BYTES = 256 * 1024;
const LEAST_SUGGESTED_PIECES = 2;

export interface UploadOptions {
  readonly geometry: PieceGeometry;
  readonly store: PieceStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly bucket: TokenBucket;
  readonly meter: SpeedMeter;
  readonly peers: ReadonlySet<Peer>;
  readonly isHad: (pieceIndex: number) => boolean;
  readonly isSeeding: () => boolean;
  /** Peers that may be served at once now. */
  readonly slots: () => number;
  /** Data that we have could not be read. */
  readonly storageFailed: (error: unknown) => void;
}

export class Upload {
  readonly #options: UploadOptions;
  readonly #settings: Omit<ChokerSettings, 'slots'>;
  readonly #slotCount = new SlotCount();
  #lastRechokeMs: number;
  /** What is given to one peer each, once we are a seed. */
  #firstCopies: FirstCopies<Peer> | undefined;
  readonly #suggestedAhead: number;
  readonly #sender: BlockSender;

  constructor(options: UploadOptions) {
    this.#options = options;
    const { store, clock, bucket, meter, storageFailed } = options;
    const refuse = (peer: Peer, range: BlockRange): void => this.#refuse(peer, [range]);
    this.#sender = new BlockSender({
      store,
      pieceLength: options.geometry.pieceLength,
      clock,
      bucket,
      meter,
      refuse,
      storageFailed,
    });
    this.#settings = { ...CHOKER, turnBytes: TURN_PIECES * options.geometry.pieceLength };
    this.#suggestedAhead = Math.max(LEAST_SUGGESTED_PIECES, Math.ceil(SUGGESTED_BYTES / options.geometry.pieceLength));
    this.#lastRechokeMs = options.clock.now();
  }

  /** Somebody became interested, lost interest or left. */
  interestChanged(): void {
    this.#giveFreeSlots(this.#options.clock.now());
  }

  /** A slot that is free is given at once; one whose holder asks for or takes nothing, as soon as somebody waits. */
  #giveFreeSlots(nowMs: number): void {
    const { peers, isSeeding } = this.#options;
    for (;;) {
      let unchoked = 0;
      let idle: Peer | undefined;
      for (const peer of peers) {
        if (peer.amChoking) continue;
        unchoked++;
        if (peer.hoards || asksNothing(peer, nowMs) || takesNothing(peer, nowMs)) idle = peer;
      }
      if (unchoked >= this.#slots && idle === undefined) return;
      const settings = { ...this.#settings, slots: this.#slots };
      const next = chooseNext(this.#takers(nowMs), { seeding: isSeeding(), nowMs }, settings);
      if (next === undefined || (idle !== undefined && next.candidate.hoards && unchoked >= this.#slots)) return;
      if (unchoked >= this.#slots) this.#choke(idle!, nowMs);
      next.candidate.optimistic = next.optimistic;
      this.#unchoke(next.candidate, nowMs);
    }
  }

  /** All but those who have yet to take what they were sent in their last turn. */
  #takers(nowMs: number): Peer[] {
    return [...this.#options.peers].filter((peer) => !takesNothing(peer, nowMs));
  }

  /** It asks for a block. @throws ProtocolError */
  requested(peer: Peer, range: BlockRange): void {
    const { geometry, isHad } = this.#options;
    if (
      range.pieceIndex >= geometry.pieceCount ||
      range.length === 0 ||
      range.length > LONGEST_BLOCK ||
      range.begin + range.length > geometry.pieceSize(range.pieceIndex)
    ) {
      throw new ProtocolError(`request for ${range.pieceIndex}/${range.begin}+${range.length}`);
    }
    this.#reacted(peer);
    if (peer.refusalsUnderWay > MOST_UNREAD_REFUSALS) throw new ProtocolError('asks and does not read the answers');
    const allowed = !peer.amChoking || isAllowedFast(peer, range);
    if (!allowed || !isHad(range.pieceIndex) || peer.wanted.length >= REQUESTS_WE_KEEP)
      return this.#refuse(peer, [range]);
    if (this.#firstCopies?.asked(peer, range.pieceIndex)) this.#suggest(peer);
    peer.lastAskedAtMs = this.#options.clock.now();
    peer.wanted.push(range);
    this.#sender.serveSoon(peer);
  }

  #reacted(peer: Peer): void {
    if (peer.invitedAtMs === undefined) return;
    peer.reactionMs = this.#options.clock.now() - peer.invitedAtMs;
    peer.invitedAtMs = undefined;
  }

  /** Names the pieces a peer should ask for first, if we are a seed and it understands. */
  #suggest(peer: Peer): void {
    const { geometry, random, peers, isSeeding, clock } = this.#options;
    if (!peer.handshake.fast || !isSeeding()) return;
    this.#firstCopies ??= new FirstCopies({ pieces: shuffledStretches(geometry, random), peers });
    for (const pieceIndex of this.#firstCopies.suggest(peer, this.#suggestedAhead)) {
      peer.send({ type: 'suggest', pieceIndex }, clock.now());
    }
  }

  /** It no longer wants the block. With the fast extension it is told that it will not come (BEP 6). */
  cancelled(peer: Peer, range: BlockRange): void {
    if (peer.wanted.remove(range)) this.#refuse(peer, [range]);
  }

  left(peer: Peer): void {
    this.#sender.left(peer);
    this.#firstCopies?.left(peer);
    peer.wanted.clear();
    if (!peer.amChoking) this.interestChanged();
  }

  /** The socket has taken what it was given. */
  drained(peer: Peer): void {
    this.#sender.drained(peer);
  }

  /** Several times a second: those who wait for the upload limit get their share in turn. */
  tick(): void {
    this.#sender.tick();
    const nowMs = this.#options.clock.now();
    for (const peer of this.#options.peers) if (!peer.amChoking) this.#judgeHoarding(peer);
    if (nowMs - this.#lastRechokeMs >= RECHOKE_MS) this.#rechoke();
    this.#giveFreeSlots(nowMs);
  }

  #judgeHoarding(peer: Peer): void {
    peer.hoards = this.#firstCopies?.hoards(peer) === true;
  }

  get #slots(): number {
    return Math.min(this.#slotCount.slots, this.#options.slots());
  }

  #rechoke(): void {
    const { clock, random, peers, isSeeding, meter } = this.#options;
    const nowMs = clock.now();
    this.#lastRechokeMs = nowMs;
    const isWanted = [...peers].filter((peer) => peer.peerInterested).length > this.#slots;
    this.#slotCount.adapt(meter.bytesPerSecond, isWanted, this.#options.slots());
    const settings = { ...this.#settings, slots: this.#slots };
    const situation = { seeding: isSeeding(), nowMs };
    const { regular, optimistic } = chooseUnchoked(
      isWanted ? this.#takers(nowMs) : [...peers],
      situation,
      settings,
      random,
    );
    for (const peer of peers) {
      this.#judgeHoarding(peer);
      peer.optimistic = optimistic.has(peer);
      if (regular.has(peer) || peer.optimistic) this.#unchoke(peer, nowMs);
      else this.#choke(peer, nowMs);
    }
  }

  #unchoke(peer: Peer, nowMs: number): void {
    if (!peer.amChoking) return;
    peer.amChoking = false;
    peer.unchokedAtMs = peer.lastAskedAtMs = peer.invitedAtMs = nowMs;
    peer.turnBytes = 0;
    this.#suggest(peer);
    peer.send({ type: 'unchoke' }, nowMs);
  }

  #choke(peer: Peer, nowMs: number): void {
    if (peer.amChoking) return;
    peer.amChoking = true;
    peer.unchokedAtMs = undefined;
    peer.waitingSinceMs = nowMs;
    this.#firstCopies?.ended(peer);
    peer.send({ type: 'choke' }, nowMs);
    const refused = peer.wanted.sift((range) => isAllowedFast(peer, range));
    this.#refuse(peer, refused);
  }

  /** In one write: a choke refuses many, and a write each would wake both sides as often. */
  #refuse(peer: Peer, ranges: readonly BlockRange[]): void {
    if (!peer.handshake.fast || ranges.length === 0) return;
    peer.refusalsUnderWay += ranges.length;
    peer.write([encodeRejects(ranges)], this.#options.clock.now(), () => {
      peer.refusalsUnderWay -= ranges.length;
    });
  }
}

/** The allowed set is a start for newcomers, not a way round the choker for the others (BEP 6). */
function isAllowedFast(peer: Peer, range: BlockRange): boolean {
  return peer.allowedToPeer.has(range.pieceIndex) && peer.has.count < ALLOWED_FAST_COUNT;
}

/** Its slot would be of more use to somebody else. */
function asksNothing(peer: Peer, nowMs: number): boolean {
  if (!peer.peerInterested) return true;
  const isServed = peer.wanted.length > 0 || peer.serving || peer.connection.bufferedBytes > 0;
  const patienceMs = Math.min(Math.max(REACTIONS * peer.reactionMs, IDLE_SLOT_MS), MOST_IDLE_SLOT_MS);
  return !isServed && nowMs - peer.lastAskedAtMs > patienceMs;
}

function takesNothing(peer: Peer, nowMs: number): boolean {
  return peer.connection.bufferedBytes > 0 && nowMs - peer.lastTookAtMs > STUCK_SLOT_MS;
}
