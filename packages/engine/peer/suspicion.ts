// Who sent bad data. A piece that fails names everybody who had a part in it; fetched again from one peer alone, it
// tells the guilty from the others: by failing again, or by showing whose blocks were different.
// Invariant: only a peer whose bytes were certainly wrong is found guilty.

import type { OpenPiece } from '../picker/open-piece.ts';

const HASH_BYTES = 20;

/** What is known of a peer's honesty. */
export interface Suspect {
  suspected: boolean;
}

interface Delivery<Peer> {
  readonly peer: Peer;
  readonly blockIndex: number;
  readonly hash: Buffer;
}

export class Suspicion<Peer extends Suspect> {
  /** Of each piece that failed: the blocks of the bad versions, by hash. */
  readonly #deliveries = new Map<number, Delivery<Peer>[]>();

  /** Whether a good version of that piece would tell something: its block hashes are then wanted. */
  isWaitingFor(pieceIndex: number): boolean {
    return this.#deliveries.has(pieceIndex);
  }

  /** @param blockHashes of the bad version, 20 bytes a block  @returns who is found guilty by it */
  pieceFailed(piece: OpenPiece<Peer>, blockHashes: Uint8Array): Peer[] {
    const suppliers = suppliersOf(piece);
    if (suppliers.size === 1) return [...suppliers];
    const deliveries = this.#deliveries.get(piece.pieceIndex) ?? [];
    piece.suppliers.forEach((peer, blockIndex) => {
      if (peer !== undefined) deliveries.push({ peer, blockIndex, hash: hashOf(blockHashes, blockIndex) });
    });
    this.#deliveries.set(piece.pieceIndex, deliveries);
    for (const peer of suppliers) peer.suspected = true;
    return [];
  }

  /** @param blockHashes of the good version, when they were asked for  @returns who is found guilty by it */
  piecePassed(piece: OpenPiece<Peer>, blockHashes: Uint8Array | undefined): Peer[] {
    const suppliers = suppliersOf(piece);
    // Alone with a piece and it is good: no reason to hold the earlier one against it.
    if (suppliers.size === 1) for (const peer of suppliers) peer.suspected = false;
    const deliveries = this.#deliveries.get(piece.pieceIndex);
    if (deliveries === undefined || blockHashes === undefined) return [];
    this.#deliveries.delete(piece.pieceIndex);
    const guilty = new Set<Peer>();
    for (const { peer, blockIndex, hash } of deliveries) {
      if (!hash.equals(hashOf(blockHashes, blockIndex))) guilty.add(peer);
    }
    for (const { peer } of deliveries) if (!guilty.has(peer)) peer.suspected = false;
    return [...guilty];
  }
}

function suppliersOf<Peer>(piece: OpenPiece<Peer>): Set<Peer> {
  return new Set(piece.suppliers.filter((peer) => peer !== undefined));
}

function hashOf(blockHashes: Uint8Array, blockIndex: number): Buffer {
  return Buffer.from(blockHashes.subarray(blockIndex * HASH_BYTES, (blockIndex + 1) * HASH_BYTES));
}
