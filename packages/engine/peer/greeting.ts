// What we say first: what we have, what we can do, and the pieces a newcomer may have although we choke it.

import { addressScope, parseIpAddress } from '@enjambre/metainfo';
import { allowedFastSet } from '../wire/allowed-fast.ts';
import { encodeMessage } from '../wire/encoder.ts';
import { encodeExtensionHandshake } from '../wire/extension-handshake.ts';
import type { Peer } from './peer.ts';

/** Our program and its version, as other clients show it (BEP 10 `v`). */
const CLIENT_VERSION = 'Enjambre 0.1.0';

export interface Greeting {
  readonly infoHash: Uint8Array;
  readonly pieceCount: number;
  readonly hadCount: number;
  /** The bits of what we have, asked for only when they are sent. */
  readonly toBitfield: () => Uint8Array;
  readonly listenPort: number;
  readonly requestsWeKeep: number;
}

/** The messages that follow the handshake, as one write. */
export function greet(peer: Peer, greeting: Greeting): Uint8Array[] {
  const { pieceCount, hadCount } = greeting;
  const parts: Uint8Array[] = [];
  if (peer.handshake.fast && hadCount === pieceCount) parts.push(encodeMessage({ type: 'haveAll' }));
  else if (peer.handshake.fast && hadCount === 0) parts.push(encodeMessage({ type: 'haveNone' }));
  else if (hadCount > 0) parts.push(encodeMessage({ type: 'bitfield', bits: greeting.toBitfield() }));
  if (peer.handshake.extensionProtocol) parts.push(introduce(peer, greeting));
  if (peer.handshake.fast && hadCount > 0 && isOfAnotherNetwork(peer)) {
    for (const pieceIndex of allowedFastSet(peer.connection.remote.host, greeting.infoHash, pieceCount)) {
      peer.allowedToPeer.add(pieceIndex);
      parts.push(encodeMessage({ type: 'allowedFast', pieceIndex }));
    }
  }
  return parts;
}

/**
 * BEP 6 derives the set from a peer's /24. In one's own network all share a /24 and so one set: a seed would send the
 * same pieces to everybody, past the choker, before anybody has something to trade.
 */
function isOfAnotherNetwork(peer: Peer): boolean {
  const address = parseIpAddress(peer.connection.remote.host);
  return address !== undefined && addressScope(address) === 'public';
}

/** Our extension handshake (BEP 10); may be sent again when something in it changes. */
export function introduce(peer: Peer, greeting: Greeting): Uint8Array {
  const payload = encodeExtensionHandshake({
    clientVersion: CLIENT_VERSION,
    listenPort: greeting.listenPort,
    reqq: greeting.requestsWeKeep,
    yourIp: peer.connection.remote.host,
    uploadOnly: greeting.hadCount === greeting.pieceCount,
  });
  return encodeMessage({ type: 'extended', extendedId: 0, payload });
}
