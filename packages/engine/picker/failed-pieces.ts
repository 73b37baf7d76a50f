// Pieces whose hash was wrong, and who had a part in them: to be fetched again from one peer alone, and at first from
// somebody who had none and is known to deliver (docs/decisions/0003).
// Invariant: a piece is in here until it is had.

import type { OpenPiece } from './open-piece.ts';
import { delivers, type PickingPeer } from './picking-peer.ts';

export class FailedPieces<Peer extends PickingPeer> {
  readonly #suspects = new Map<number, Set<Peer>>();

  add(piece: OpenPiece<Peer>): void {
    const suspects = this.#suspects.get(piece.pieceIndex) ?? new Set();
    for (const peer of piece.suppliers) if (peer !== undefined) suspects.add(peer);
    this.#suspects.set(piece.pieceIndex, suspects);
  }

  has(pieceIndex: number): boolean {
    return this.#suspects.has(pieceIndex);
  }

  /** The piece is had. */
  delete(pieceIndex: number): void {
    this.#suspects.delete(pieceIndex);
  }

  /** The piece failed, and one of `others` that is sending should have it before this peer: see `rankOf`. */
  isBetterFrom(others: Iterable<Peer>, peer: Peer, pieceIndex: number): boolean {
    const suspects = this.#suspects.get(pieceIndex);
    if (suspects === undefined) return false;
    const rank = rankOf(suspects, peer);
    for (const other of others) {
      if (other.outstandingCount > 0 && rankOf(suspects, other) > rank && other.offers.has(pieceIndex)) return true;
    }
    return false;
  }
}

/**
 * Best are those who had no part in it and have sent a block before; then those who had: what they send alone clears or
 * convicts them. Who has sent nothing comes last: the piece would be theirs alone until they are given up.
 */
function rankOf<Peer extends PickingPeer>(suspects: ReadonlySet<Peer>, peer: Peer): number {
  if (!delivers(peer)) return 0;
  return suspects.has(peer) ? 1 : 2;
}
