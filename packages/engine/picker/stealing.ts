// Whose outstanding blocks an idle peer may ask for besides: those of much slower peers, and at the very end one more.
// Invariant: at most one duplicate a block, so that the end of a download costs at most one wasted block a peer.

import { BLOCK_LENGTH } from '@enjambre/metainfo';
import type { OpenPiece } from './open-piece.ts';
import type { PickingPeer } from './picking-peer.ts';

/** A holder this much slower loses its blocks at once. */
const MUCH_FASTER = 10;
/** … and this much slower when no piece is left to start: waiting for it would hold the end back. */
const FASTER_AT_THE_END = 3;
/** Below this a rate is noise: a peer that has just been asked is not yet slow. */
const LEAST_RATE_BYTES_PER_SECOND = BLOCK_LENGTH;

export interface StolenBlock<Peer> {
  readonly piece: OpenPiece<Peer>;
  readonly blockIndex: number;
}

/**
 * Blocks asked of others that `thief`, who has nothing else to do, should be asked for besides.
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
  let lastDelay = -1;
  for (const piece of pieces) {
    if (piece.exclusive || !thief.offers.has(piece.pieceIndex)) continue;
    // From the back: the holder sends its oldest request first.
    for (let blockIndex = piece.blockCount - 1; blockIndex >= 0 && stolen.length < want; blockIndex--) {
      const holder = piece.requesters[blockIndex];
      if (holder === undefined || holder === thief || piece.seconds[blockIndex] !== undefined) continue;
      const block = { piece, blockIndex };
      if (mayTake(thief, holder, atTheEnd)) {
        stolen.push(block);
        continue;
      }
      const delay = holder.outstandingCount / Math.max(holder.bytesPerSecond, 1);
      if (delay > lastDelay) {
        last = block;
        lastDelay = delay;
      }
    }
  }
  // Endgame: one block at a time, the one that would come last, by a peer that owes nothing.
  const endgame = atTheEnd && stolen.length === 0 && last !== undefined && thief.outstandingCount === 0;
  return endgame ? [last!] : stolen;
}

function mayTake(thief: PickingPeer, holder: PickingPeer, atTheEnd: boolean): boolean {
  if (holder.snubbed) return !thief.snubbed;
  const factor = atTheEnd ? FASTER_AT_THE_END : MUCH_FASTER;
  return thief.bytesPerSecond >= factor * Math.max(holder.bytesPerSecond, LEAST_RATE_BYTES_PER_SECOND);
}
