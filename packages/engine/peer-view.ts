// A connected peer as shown to people: who it is, how it stands between us, what goes by. Pure.

import type { PeerOrigin } from './discovery/known-peers.ts';
import type { Peer } from './peer/peer.ts';

/** Speeds are payload in bytes a second, mean of the last seconds. */
export interface PeerView {
  readonly host: string;
  /** Where it listens when that is known, else the far end of its connection. */
  readonly port: number;
  /** Name and version as it tells them, in the handshake of BEP 10 or by its peer id (BEP 20). */
  readonly client: string;
  /** Letters with a space between them, see `flagsOf`. */
  readonly flags: string;
  /** Share of the pieces that it has, 0 to 100. */
  readonly progress: number;
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  /** Who named it; `incoming`: itself. */
  readonly origins: readonly PeerOrigin[];
  /** Milliseconds since its handshake. */
  readonly connectedForMs: number;
}

/** @param nowMs of the session's clock */
export function viewPeer(peer: Peer, nowMs: number): PeerView {
  const { host, port } = peer.known.address;
  const { pieceCount, count } = peer.has;
  return {
    host,
    port,
    client: peer.clientName,
    flags: flagsOf(peer),
    progress: pieceCount === 0 ? 100 : (count / pieceCount) * 100,
    downloadBytesPerSecond: peer.download.bytesPerSecond,
    uploadBytesPerSecond: peer.upload.bytesPerSecond,
    downloadedBytes: peer.download.totalBytes,
    uploadedBytes: peer.upload.totalBytes,
    origins: [...peer.known.origins],
    connectedForMs: Math.round(nowMs - peer.connectedAtMs),
  };
}

const ORIGIN_FLAGS: Partial<Record<PeerOrigin, string>> = { dht: 'H', pex: 'X', lsd: 'L' };

/**
 * As µTorrent, qBittorrent and libtorrent's clients write them. `D` we want its pieces and it lets us, `d` it does not;
 * `K` it would let us, and we want nothing. `U` it wants ours and we let it, `u` we do not; `?` we would, and it wants
 * nothing. `O` it is served by turns (optimistic). `S` it let requests time out (snubbed). `I` it called us. `H`, `X`,
 * `L`: named by DHT, by other peers, by local discovery.
 */
function flagsOf(peer: Peer): string {
  const flags: string[] = [];
  if (peer.amInterested) flags.push(peer.peerChoking ? 'd' : 'D');
  else if (!peer.peerChoking) flags.push('K');
  if (peer.peerInterested) flags.push(peer.amChoking ? 'u' : 'U');
  else if (!peer.amChoking) flags.push('?');
  if (peer.optimistic && !peer.amChoking) flags.push('O');
  if (peer.snubbed) flags.push('S');
  if (!peer.connection.outgoing) flags.push('I');
  for (const origin of peer.known.origins) {
    const flag = ORIGIN_FLAGS[origin];
    if (flag !== undefined) flags.push(flag);
  }
  return flags.join(' ');
}
