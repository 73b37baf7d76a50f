// What the picker must know of a peer to choose blocks for it.

export interface PickingPeer {
  readonly has: { has(pieceIndex: number): boolean; readonly isComplete: boolean };
  /** The pieces it would send now: all it has, or while it chokes us those it allows nevertheless (BEP 6). */
  readonly offers: { has(pieceIndex: number): boolean };
  /** Pieces it would rather send than others (BEP 6), oldest first; those of no use are taken out in passing. */
  readonly suggested: Set<number>;
  /** Payload it sends us now. */
  readonly bytesPerSecond: number;
  /** It has owed us something for too short a time to be called slow. */
  readonly isWarmingUp: boolean;
  /** Blocks it owes us. */
  readonly outstandingCount: number;
  /** Whether the block is among the `count` oldest ones it owes: these are on their way, a cancel would come too late. */
  owesAmongFirst(pieceIndex: number, blockIndex: number, count: number): boolean;
  /** What lies between two of its blocks on average; undefined before the first. */
  readonly secondsPerBlock: number | undefined;
  /** It let a request time out and has sent nothing since. */
  readonly snubbed: boolean;
  /** It took part in a piece that failed: it gets pieces of its own only, until it is cleared or found out. */
  readonly suspected: boolean;
}

/** It has sent a block, and is not known to have stopped. */
export function delivers(peer: PickingPeer): boolean {
  return peer.secondsPerBlock !== undefined && !peer.snubbed;
}

/** It has been asked for whole seconds and has never sent a block. */
export function isSilent(peer: PickingPeer): boolean {
  return peer.secondsPerBlock === undefined && !peer.isWarmingUp;
}

/** One block to be asked for. */
export interface BlockRequest {
  readonly pieceIndex: number;
  readonly blockIndex: number;
}
