// Pieces whose hash was wrong, and who had a part in them: to be fetched again from one peer alone, and at first from
// somebody who had none (docs/decisions/0003).
// Invariant: a piece is in here until it is had.

import type { OpenPiece } from './open-piece.ts';
import type { PickingPeer } from './picking-peer.ts';

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

  /** The piece failed with this peer's part in it, and one of `others` who had none can deliver it. */
  isBetterFrom(others: Iterable<Peer>, peer: Peer, pieceIndex: number): boolean {
    const suspects = this.#suspects.get(pieceIndex);
    if (suspects === undefined || !suspects.has(peer)) return false;
    for (const other of others) {
      if (!suspects.has(other) && !other.snubbed && other.outstandingCount > 0 && other.has.has(pieceIndex))
        return true;
    }
    return false;
  }
}
