// What a peer says, and what follows from it: one case a message. Bounds every number of the stranger before use.
// Invariant: a broken rule throws ProtocolError, which closes this one connection.

import { BLOCK_LENGTH, type PieceGeometry } from '@enjambre/metainfo';
import type { Download } from '../download/download.ts';
import { ProtocolError } from '../protocol-error.ts';
import type { Upload } from '../upload/upload.ts';
import { Bitfield } from '../wire/bitfield.ts';
import type { MessageSink } from '../wire/decoder.ts';
import { decodeExtensionHandshake } from '../wire/extension-handshake.ts';
import type { BlockRange, Message } from '../wire/message.ts';
import type { Peer } from './peer.ts';

/** Pieces a peer may allow us while it chokes us; the set of BEP 6 has ten. */
const MOST_ALLOWED_FAST = 64;
/** Suggestions that are remembered: what comes beyond is of use to nobody. */
const MOST_SUGGESTED = 256;
/** The id of the extension handshake (BEP 10). */
const EXTENSION_HANDSHAKE = 0;

export interface ConversationOptions {
  readonly peer: Peer;
  readonly geometry: PieceGeometry;
  readonly download: Download;
  readonly upload: Upload;
  /** The peer told where it accepts connections, or that it only uploads. */
  readonly introduced: (peer: Peer) => void;
  /** It has got more: it may be of use now, or need nothing any more. */
  readonly piecesChanged: (peer: Peer) => void;
}

export class Conversation implements MessageSink {
  readonly #options: ConversationOptions;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  onBlockStart(pieceIndex: number, begin: number, length: number): Buffer | undefined {
    return this.#options.download.blockStarted(this.#options.peer, pieceIndex, begin, length);
  }

  onBlockEnd(pieceIndex: number, begin: number, length: number, accepted: boolean): void {
    this.#options.download.blockEnded(this.#options.peer, pieceIndex, begin, length, accepted);
  }

  onMessage(message: Message): void {
    const { peer, download, upload } = this.#options;
    switch (message.type) {
      case 'choke':
        peer.peerChoking = true;
        peer.suggested.clear();
        return download.choked(peer);
      case 'unchoke':
        peer.peerChoking = false;
        // One that is snubbed is asked with the next tick: two that disagree must not spin.
        return peer.snubbed ? undefined : download.fill(peer);
      case 'interested':
      case 'notInterested':
        return this.#interest(message.type === 'interested');
      case 'have':
        return this.#have(this.#piece(message.pieceIndex));
      case 'bitfield':
        return this.#tellPieces(Bitfield.fromWire(message.bits, this.#options.geometry.pieceCount));
      case 'haveAll':
      case 'haveNone':
        this.#needsFast(message.type);
        return this.#tellAllOrNone(message.type === 'haveAll');
      case 'request':
        return upload.requested(peer, message);
      case 'cancel':
        return upload.cancelled(peer, message);
      case 'reject':
        this.#needsFast(message.type);
        return this.#reject(message);
      case 'allowedFast':
        this.#needsFast(message.type);
        return this.#allowedFast(this.#piece(message.pieceIndex));
      case 'suggest':
        this.#needsFast(message.type);
        if (peer.suggested.size < MOST_SUGGESTED) peer.suggested.add(this.#piece(message.pieceIndex));
        return undefined;
      case 'extended':
        if (message.extendedId === EXTENSION_HANDSHAKE) this.#introduce(message.payload);
        return undefined;
      default:
        // keepAlive is noted by every byte that arrives; port is an offer we need not take; what we do not
        // know is for others (BEP 10 asks to ignore it).
        return undefined;
    }
  }

  #interest(interested: boolean): void {
    const { peer, upload } = this.#options;
    if (peer.peerInterested === interested) return;
    peer.peerInterested = interested;
    upload.interestChanged();
  }

  #have(pieceIndex: number): void {
    const { peer, download, piecesChanged } = this.#options;
    peer.toldPieces = true;
    if (!peer.has.set(pieceIndex)) return;
    peer.lastGotAtMs = peer.lastReceivedAtMs;
    download.picker.peerGot(pieceIndex);
    if (download.picker.isHad(pieceIndex)) {
      if (peer.has.isComplete) piecesChanged(peer);
      return;
    }
    peer.missingCount++;
    piecesChanged(peer);
    download.fill(peer);
  }

  #tellAllOrNone(all: boolean): void {
    const told = new Bitfield(this.#options.geometry.pieceCount);
    if (all) told.setAll();
    this.#tellPieces(told);
  }

  #tellPieces(told: Bitfield): void {
    const { peer, download, geometry, piecesChanged } = this.#options;
    // Only the first may tell all (BEP 3), but aria2 sends it again instead of many haves.
    if (peer.toldPieces) return this.#tellMore(told);
    peer.toldPieces = true;
    peer.has = told;
    download.picker.peerTold(peer);
    for (let piece = 0; piece < geometry.pieceCount; piece++) {
      if (told.has(piece) && !download.picker.isHad(piece)) peer.missingCount++;
    }
    piecesChanged(peer);
  }

  #tellMore(told: Bitfield): void {
    for (let piece = 0; piece < told.pieceCount && !this.#options.peer.isClosed; piece++) {
      if (told.has(piece)) this.#have(piece);
    }
  }

  #reject(range: BlockRange): void {
    const { peer, download, geometry } = this.#options;
    if (range.begin >= geometry.pieceSize(this.#piece(range.pieceIndex)))
      throw new ProtocolError('reject out of range');
    download.rejected(peer, peer.keyOf(range.pieceIndex, Math.floor(range.begin / BLOCK_LENGTH)));
  }

  #allowedFast(pieceIndex: number): void {
    const { peer, download } = this.#options;
    if (peer.allowedToUs.size >= MOST_ALLOWED_FAST) return;
    peer.allowedToUs.add(pieceIndex);
    if (peer.peerChoking) download.fill(peer);
  }

  #introduce(payload: Uint8Array): void {
    const { peer, introduced } = this.#options;
    const extension = decodeExtensionHandshake(payload);
    peer.extension = { ...peer.extension, ...extension };
    if (extension.reqq !== undefined) peer.requests.limitTo(extension.reqq);
    introduced(peer);
  }

  #piece(pieceIndex: number): number {
    if (pieceIndex >= this.#options.geometry.pieceCount) throw new ProtocolError(`piece ${pieceIndex}`);
    return pieceIndex;
  }

  #needsFast(type: string): void {
    if (!this.#options.peer.handshake.fast) throw new ProtocolError(`${type} without the fast extension`);
  }
}
