// In how many unverified pieces each peer has a part, and in how many it may: a peer that turns bad after a good beginning
// spoils what it has under way before the first verdict, so that has to stay in proportion to what it has proven.
// Invariant: a part is counted from the first block asked for until the piece is verified, failed or given up.

import type { OpenPiece } from './open-piece.ts';

/** Pieces that an unproven or suspected peer may take part in at once. */
const UNPROVEN_PIECES = 4;
/** Verified pieces that earn one more: a queue fills up within ten round trips. */
const PROOFS_A_PIECE = 2;

interface Record {
  parts: number;
  proofs: number;
}

export class Participation<Peer extends { readonly suspected: boolean }> {
  readonly #records = new Map<Peer, Record>();

  /** Whether the peer may be asked for blocks of the piece; `undefined`: of a piece not started yet. */
  allows(peer: Peer, piece: OpenPiece<Peer> | undefined): boolean {
    if (piece?.participants.has(peer)) return true;
    const { parts, proofs } = this.#recordOf(peer);
    return parts < UNPROVEN_PIECES + (peer.suspected ? 0 : proofs / PROOFS_A_PIECE);
  }

  /** A block of the piece is about to be asked of the peer. */
  count(piece: OpenPiece<Peer>, peer: Peer): void {
    if (piece.participants.has(peer)) return;
    piece.participants.add(peer);
    this.#recordOf(peer).parts++;
  }

  /** The piece is good. */
  proven(piece: OpenPiece<Peer>): void {
    for (const peer of piece.participants) {
      const record = this.#records.get(peer);
      if (record !== undefined && piece.suppliers.includes(peer)) record.proofs++;
    }
  }

  /** The piece was verified, failed or given up. */
  closed(piece: OpenPiece<Peer>): void {
    for (const peer of piece.participants) {
      const record = this.#records.get(peer);
      if (record !== undefined) record.parts--;
    }
  }

  left(peer: Peer): void {
    this.#records.delete(peer);
  }

  #recordOf(peer: Peer): Record {
    const present = this.#records.get(peer);
    if (present !== undefined) return present;
    const record = { parts: 0, proofs: 0 };
    this.#records.set(peer, record);
    return record;
  }
}
