// One peer, one connection: which of two to keep.

import type { Peer } from './peer.ts';

/** Two connections made within this time may be both sides dialling at once; later ones are plain duplicates. */
const SIMULTANEOUS_MS = 5_000;
/**
 * Not a byte from the older one for so long, and the newer one is believed: who moved to another address, or whose link was
 * dead for a while, has given the older one up, and of that we may hear minutes later.
 */
const SILENT_MS = 10_000;

/** Who is already there under the same peer id. */
export function duplicateOf(newcomer: Peer, peers: Iterable<Peer>): Peer | undefined {
  for (const peer of peers) {
    if (Buffer.compare(peer.handshake.peerId, newcomer.handshake.peerId) === 0) return peer;
  }
  return undefined;
}

/**
 * Whether the newer connection to the same peer is to be kept. Both ends must choose the same one without talking: when
 * they dialled each other at once, the one that the greater peer id dialled; else the older, unless that is silent.
 */
export function keepsNewcomer(present: Peer, newcomer: Peer, ourPeerId: Uint8Array): boolean {
  if (newcomer.connectedAtMs - present.lastReceivedAtMs > SILENT_MS) return true;
  const together = newcomer.connectedAtMs - present.connectedAtMs < SIMULTANEOUS_MS;
  if (!together || present.connection.outgoing === newcomer.connection.outgoing) return false;
  const weAreGreater = Buffer.compare(ourPeerId, newcomer.handshake.peerId) > 0;
  return newcomer.connection.outgoing === weAreGreater;
}
