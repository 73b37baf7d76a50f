// Whose outstanding blocks an idle peer should get: those of much slower peers and the last of long queues are moved to it,
// and at the very end one that would come late is asked for twice.
// Invariant: only the endgame doubles a block, one at a time, and each that was in vain makes it wait longer for the next.

import { BLOCK_LENGTH } from '@enjambre/metainfo';
import type { OpenPiece } from './open-piece.ts';
import { delivers, isSilent, type PickingPeer } from './picking-peer.ts';

/** A holder this much slower loses its blocks at once. */
const MUCH_FASTER = 10;
/** … and this much slower when no piece is left to start: waiting for it would hold the end back. */
const FASTER_AT_THE_END = 3;
/** Below this a rate is noise: a peer that has just been asked is not yet slow. */
const LEAST_RATE_BYTES_PER_SECOND = BLOCK_LENGTH;
/** A block that its holder will deliver sooner than this is not worth asking for twice … */
const LATE_SECONDS = 1;
/** … and each that came twice multiplies that: who wasted a block seldom wastes a second. */
const PATIENCE_AFTER_WASTE = 4;
/** Of its oldest requests a holder has one in its socket and one behind it: called back, they come all the same. */
const UNDER_WAY = 2;
/** What a holder sends within this time may lie in its socket, and a round trip more is gone until a cancel is there. */
const SENT_AHEAD_SECONDS = 0.35;
/** An idle peer takes a part of a queue over that has so many blocks besides those under way. */
const LONG_QUEUE = 2;

export interface StolenBlock<Peer> {
  readonly piece: OpenPiece<Peer>;
  readonly blockIndex: number;
  readonly holder: Peer;
  /** The holder is asked for it too: whoever is first. Else all who were asked for it lose it. */
  readonly isDoubled: boolean;
}

/** How far the download is. */
export interface StealingSituation {
  /** No piece is left that anybody could start. */
  readonly atTheEnd: boolean;
  /** The thief has no piece that could be started, however much memory there is. */
  readonly hasNothingNew: boolean;
  /** Blocks that came twice at the end. */
  readonly inVain: number;
}

/**
 * Whether looking through all blocks can find anything. While there is no memory for a further piece every peer asks again
 * and again, in vain: with 50 of them that search was a third of a download's time.
 */
export function maySteal<Peer extends PickingPeer>(
  thief: Peer,
  peers: Iterable<Peer>,
  situation: StealingSituation,
): boolean {
  if (situation.atTheEnd && thief.outstandingCount === 0) return true;
  for (const holder of peers) {
    if (holder === thief) continue;
    if (mayTake(thief, holder, situation.atTheEnd) || mayRelieve(thief, holder, situation)) return true;
  }
  return false;
}

/**
 * Blocks asked of others that `thief`, who has nothing else to do, should be asked for.
 * @param want how many at most
 */
export function chooseStolen<Peer extends PickingPeer>(
  pieces: Iterable<OpenPiece<Peer>>,
  thief: Peer,
  want: number,
  situation: StealingSituation,
): StolenBlock<Peer>[] {
  const { atTheEnd, inVain } = situation;
  const stolen: StolenBlock<Peer>[] = [];
  const relieved = new Map<Peer, number>();
  let last: StolenBlock<Peer> | undefined;
  let isDoubling = false;
  const ownSeconds = BLOCK_LENGTH / Math.max(thief.bytesPerSecond, LEAST_RATE_BYTES_PER_SECOND);
  let lastDelay = Math.max(LATE_SECONDS * PATIENCE_AFTER_WASTE ** inVain, FASTER_AT_THE_END * ownSeconds);
  for (const piece of pieces) {
    isDoubling ||= piece.doubledCount > 0;
    if (piece.exclusive || !thief.offers.has(piece.pieceIndex)) continue;
    // From the back: the holder sends its oldest request first.
    for (let blockIndex = piece.blockCount - 1; blockIndex >= 0 && stolen.length < want; blockIndex--) {
      const holder = piece.requesters[blockIndex];
      const second = piece.seconds[blockIndex];
      if (holder === undefined || holder === thief || second === thief) continue;
      if (second !== undefined && !(isSilent(holder) && isSilent(second))) continue;
      const isAmong = (count: number): boolean => holder.owesAmongFirst(piece.pieceIndex, blockIndex, count);
      if (mayTake(thief, holder, atTheEnd) && (holder.snubbed || isSilent(holder) || !isAmong(UNDER_WAY))) {
        stolen.push({ piece, blockIndex, holder, isDoubled: false });
        continue;
      }
      const taken = relieved.get(holder) ?? 0;
      if (mayRelieve(thief, holder, situation, taken) && !isAmong(sentAhead(holder))) {
        relieved.set(holder, taken + 1);
        stolen.push({ piece, blockIndex, holder, isDoubled: false });
        continue;
      }
      // Of a rate that is not known yet nothing follows.
      if (second !== undefined || holder.isWarmingUp) continue;
      const delay = (holder.outstandingCount * BLOCK_LENGTH) / Math.max(holder.bytesPerSecond, 1);
      // Of equals the one opened later: it stands further back in the holder's queue.
      if (delay < lastDelay || (last?.piece === piece && delay === lastDelay)) continue;
      last = { piece, blockIndex, holder, isDoubled: true };
      lastDelay = delay;
    }
  }
  const endgame = atTheEnd && !isDoubling && stolen.length === 0 && last !== undefined && thief.outstandingCount === 0;
  return endgame ? [last!] : stolen;
}

/**
 * Two that are equally quick, as far as is known, share a long queue: while a swarm begins there are few pieces, and a slot
 * whose holder can only wait for what comes from elsewhere serves nobody.
 * @param taken how many of its blocks the thief has got already
 */
function mayRelieve(thief: PickingPeer, holder: PickingPeer, situation: StealingSituation, taken = 0): boolean {
  if (!situation.hasNothingNew || thief.outstandingCount > 0 || thief.snubbed || holder.snubbed) return false;
  // At the end one that wasted a block is not to waste a second: nor are several taken over at once, which may all come late.
  if (situation.atTheEnd && (situation.inVain > 0 || taken > 0)) return false;
  if (holder.outstandingCount - taken < sentAhead(holder) + LONG_QUEUE) return false;
  if (taken >= holder.outstandingCount / 2) return false;
  return 2 * thief.bytesPerSecond >= holder.bytesPerSecond;
}

function mayTake(thief: PickingPeer, holder: PickingPeer, atTheEnd: boolean): boolean {
  if (holder.snubbed) return !thief.snubbed;
  if (holder.isWarmingUp) return false;
  if (isSilent(holder) && delivers(thief)) return true;
  const factor = atTheEnd ? FASTER_AT_THE_END : MUCH_FASTER;
  return thief.bytesPerSecond >= factor * Math.max(holder.bytesPerSecond, LEAST_RATE_BYTES_PER_SECOND);
}

/** How many of its oldest requests can't be called back any more: none can, while its pace is not known. */
function sentAhead(holder: PickingPeer): number {
  if (holder.secondsPerBlock === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(UNDER_WAY, Math.ceil(SENT_AHEAD_SECONDS / holder.secondsPerBlock));
}
