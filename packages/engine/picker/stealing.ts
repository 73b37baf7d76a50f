// Whose outstanding blocks an idle peer should get: those of much slower peers are moved to it, and at the very end one
// that would come late is asked for twice.
// Invariant: only the endgame doubles a block, one at a time for each idle peer, so that it wastes at most one a peer.

import { BLOCK_LENGTH } from '@enjambre/metainfo';
import type { OpenPiece } from './open-piece.ts';
import type { PickingPeer } from './picking-peer.ts';

/** A holder this much slower loses its blocks at once. */
const MUCH_FASTER = 10;
/** … and this much slower when no piece is left to start: waiting for it would hold the end back. */
const FASTER_AT_THE_END = 3;
/** Below this a rate is noise: a peer that has just been asked is not yet slow. */
const LEAST_RATE_BYTES_PER_SECOND = BLOCK_LENGTH;
/** A block that its holder will deliver sooner than this is not worth asking for twice. */
const LATE_SECONDS = 1;

export interface StolenBlock<Peer> {
  readonly piece: OpenPiece<Peer>;
  readonly blockIndex: number;
  readonly holder: Peer;
  /** The holder is asked for it too: whoever is first. */
  readonly isDoubled: boolean;
}

/**
 * Whether looking through all blocks can find anything. While there is no memory for a further piece every peer asks again
 * and again, in vain: with 50 of them that search was a third of a download's time.
 */
export function maySteal<Peer extends PickingPeer>(thief: Peer, peers: Iterable<Peer>, atTheEnd: boolean): boolean {
  if (atTheEnd && thief.outstandingCount === 0) return true;
  for (const holder of peers) if (holder !== thief && mayTake(thief, holder, atTheEnd)) return true;
  return false;
}

/**
 * Blocks asked of others that `thief`, who has nothing else to do, should be asked for.
 * @param want how many at most  @param atTheEnd no piece is left that anybody could start
 */
export function chooseStolen<Peer extends PickingPeer>(
  pieces: Iterable<OpenPiece<Peer>>,
  thief: Peer,
  want: number,
  atTheEnd: boolean,
): StolenBlock<Peer>[] {
  const stolen: StolenBlock<Peer>[] = [];
  let last: StolenBlock<Peer> | undefined;
  const ownSeconds = BLOCK_LENGTH / Math.max(thief.bytesPerSecond, LEAST_RATE_BYTES_PER_SECOND);
  let lastDelay = Math.max(LATE_SECONDS, FASTER_AT_THE_END * ownSeconds);
  for (const piece of pieces) {
    if (piece.exclusive || !thief.offers.has(piece.pieceIndex)) continue;
    // From the back: the holder sends its oldest request first.
    for (let blockIndex = piece.blockCount - 1; blockIndex >= 0 && stolen.length < want; blockIndex--) {
      const holder = piece.requesters[blockIndex];
      if (holder === undefined || holder === thief || piece.seconds[blockIndex] !== undefined) continue;
      if (mayTake(thief, holder, atTheEnd)) {
        stolen.push({ piece, blockIndex, holder, isDoubled: false });
        continue;
      }
      // Of a rate that is not known yet nothing follows.
      if (holder.isWarmingUp) continue;
      const delay = (holder.outstandingCount * BLOCK_LENGTH) / Math.max(holder.bytesPerSecond, 1);
      // Of equals the one opened later: it stands further back in the holder's queue.
      if (delay < lastDelay || (last?.piece === piece && delay === lastDelay)) continue;
      last = { piece, blockIndex, holder, isDoubled: true };
      lastDelay = delay;
    }
  }
  const endgame = atTheEnd && stolen.length === 0 && last !== undefined && thief.outstandingCount === 0;
  return endgame ? [last!] : stolen;
}

function mayTake(thief: PickingPeer, holder: PickingPeer, atTheEnd: boolean): boolean {
  if (holder.snubbed) return !thief.snubbed;
  if (holder.isWarmingUp) return false;
  const factor = atTheEnd ? FASTER_AT_THE_END : MUCH_FASTER;
  return thief.bytesPerSecond >= factor * Math.max(holder.bytesPerSecond, LEAST_RATE_BYTES_PER_SECOND);
}
