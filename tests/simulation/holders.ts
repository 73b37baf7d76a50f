// Who holds what in a simulated swarm, and who has nothing to do: seen from outside, as nobody in it can.

import type { SimulatedPeer } from './simulated-swarm.ts';

/** A leecher with no request under way. */
function isIdle({ torrent }: SimulatedPeer): boolean {
  if (torrent.snapshot.complete) return false;
  for (const peer of torrent.connectedPeers) if (peer.outstandingCount > 0) return false;
  return true;
}

/**
 * Pieces that one of the peers holds alone although it serves (has unchoked) two others that have nothing to do.
 * @param present all that are there
 */
export function neglectedPieces(present: readonly SimulatedPeer[], pieceCount: number): number[] {
  const idle = present.filter(isIdle);
  if (idle.length < 2) return [];
  return Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex).filter((pieceIndex) => {
    const holders = present.filter(({ torrent }) => torrent.pieces.has(pieceIndex));
    if (holders.length !== 1) return false;
    const servedAndIdle = idle.filter(({ torrent }) => {
      for (const peer of torrent.connectedPeers) {
        if (!peer.peerChoking && peer.known.address.host === holders[0].name) return true;
      }
      return false;
    });
    return servedAndIdle.length >= 2;
  });
}
