// The first 68 bytes of a connection (BEP 3): protocol string, reserved bits, info hash, peer id.

import { invariant } from '@enjambre/runtime';
import { ProtocolError } from '../protocol-error.ts';

/** What the sender of a handshake can do, as told by its reserved bits. */
interface HandshakeFeatures {
  /** BEP 10. */
  readonly extensionProtocol: boolean;
  /** BEP 6. */
  readonly fast: boolean;
  /** BEP 5. */
  readonly dht: boolean;
}

export interface Handshake extends HandshakeFeatures {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
}

const PROTOCOL = Buffer.from('\x13BitTorrent protocol', 'latin1');
const RESERVED_AT = PROTOCOL.length;
const INFO_HASH_AT = RESERVED_AT + 8;
const PEER_ID_AT = INFO_HASH_AT + 20;
const HANDSHAKE_BYTES = PEER_ID_AT + 20;

const EXTENSION_PROTOCOL_BIT = { at: RESERVED_AT + 5, mask: 0x10 };
const FAST_BIT = { at: RESERVED_AT + 7, mask: 0x04 };
const DHT_BIT = { at: RESERVED_AT + 7, mask: 0x01 };

/** The 68 bytes to send. */
export function encodeHandshake(handshake: Handshake): Buffer {
  invariant(handshake.infoHash.length === 20 && handshake.peerId.length === 20, 'hash and peer id are 20 bytes');
  const bytes = Buffer.alloc(HANDSHAKE_BYTES);
  bytes.set(PROTOCOL, 0);
  if (handshake.extensionProtocol) bytes[EXTENSION_PROTOCOL_BIT.at] |= EXTENSION_PROTOCOL_BIT.mask;
  if (handshake.fast) bytes[FAST_BIT.at] |= FAST_BIT.mask;
  if (handshake.dht) bytes[DHT_BIT.at] |= DHT_BIT.mask;
  bytes.set(handshake.infoHash, INFO_HASH_AT);
  bytes.set(handshake.peerId, PEER_ID_AT);
  return bytes;
}

/**
 * Reads a handshake as it arrives. The info hash is known before the peer id: who was called answers then, as callers
 * may wait for the answer before they send their id.
 */
export class HandshakeReader {
  readonly #bytes = Buffer.alloc(HANDSHAKE_BYTES);
  #got = 0;

  /**
   * @returns how many bytes of the chunk belong to the handshake; the others are the first messages
   * @throws ProtocolError as soon as a byte differs from the protocol string
   */
  push(chunk: Uint8Array): number {
    const from = this.#got;
    const taken = Math.min(chunk.length, HANDSHAKE_BYTES - from);
    this.#bytes.set(chunk.subarray(0, taken), from);
    this.#got += taken;
    const checked = Math.min(this.#got, PROTOCOL.length);
    if (from < checked && this.#bytes.compare(PROTOCOL, from, checked, from, checked) !== 0) {
      throw new ProtocolError('not the BitTorrent protocol');
    }
    return taken;
  }

  /** 20 bytes, as soon as they have arrived. */
  get infoHash(): Uint8Array | undefined {
    return this.#got >= PEER_ID_AT ? Uint8Array.from(this.#bytes.subarray(INFO_HASH_AT, PEER_ID_AT)) : undefined;
  }

  /** All of it, as soon as it has arrived. */
  get handshake(): Handshake | undefined {
    const { infoHash } = this;
    if (infoHash === undefined || this.#got < HANDSHAKE_BYTES) return undefined;
    return {
      infoHash,
      peerId: Uint8Array.from(this.#bytes.subarray(PEER_ID_AT)),
      extensionProtocol: this.#isSet(EXTENSION_PROTOCOL_BIT),
      fast: this.#isSet(FAST_BIT),
      dht: this.#isSet(DHT_BIT),
    };
  }

  #isSet(bit: { at: number; mask: number }): boolean {
    return (this.#bytes[bit.at] & bit.mask) !== 0;
  }
}
