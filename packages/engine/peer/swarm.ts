// The peers of one torrent that we are connected to: how they come, what they hear from us, how they go.
// Invariant: no two of them are the same peer, and whoever left is known to download, upload and the known peers.

import type { PieceGeometry } from '@enjambre/metainfo';
import type { Clock, Logger, Timer } from '@enjambre/runtime';
import type { KnownPeer, KnownPeers } from '../discovery/known-peers.ts';
import type { Download } from '../download/download.ts';
import type { Connection } from '../net/transport.ts';
import { ProtocolError } from '../protocol-error.ts';
import { REQUESTS_WE_KEEP, type Upload } from '../upload/upload.ts';
import type { Bitfield } from '../wire/bitfield.ts';
import { MessageDecoder } from '../wire/decoder.ts';
import { encodeHaves } from '../wire/encoder.ts';
import type { Handshake } from '../wire/handshake.ts';
import { Conversation } from './conversation.ts';
import { duplicateOf, keepsNewcomer } from './duplicate.ts';
import { type Greeting, greet, introduce } from './greeting.ts';
import { Peer } from './peer.ts';

/** Silence is broken so often (BEP 3: "generally sent once every two minutes"). */
const KEEP_ALIVE_MS = 110_000;
/** Nothing for so long, not even a keep-alive: it is gone. */
const IDLE_LIMIT_MS = 180_000;
/**
 * Not a byte for so long, and twice its own time-out, from one who owes us blocks: its link was dead, or is. TCP would find out
 * when it tries again, up to two minutes after the link is back; a new connection comes through at once.
 */
const LOST_LIMIT_MS = 30_000;
/** A peer that has the piece itself can wait for the news: a write to the seed for each piece was 6 % of a leecher's loop. */
const HOLDERS_HEAR_MS = 100;
/** The longest message that is neither a block nor a bitfield: an extended one. */
const LONGEST_EXTENDED_MESSAGE = 64 * 1024;

export interface SwarmOptions {
  /** The set that download and upload look at; only the swarm changes it. */
  readonly peers: Set<Peer>;
  readonly knownPeers: KnownPeers;
  readonly had: Bitfield;
  readonly geometry: PieceGeometry;
  readonly infoHash: Uint8Array;
  readonly ourPeerId: Uint8Array;
  readonly listenPort: () => number;
  readonly download: Download;
  readonly upload: Upload;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Swarm {
  readonly #options: SwarmOptions;
  /** Set while a peer waits for a `have`. */
  #tellingSoon: Timer | undefined;
  #tellingAll: Timer | undefined;

  constructor(options: SwarmOptions) {
    this.#options = options;
  }

  /** Takes over a connection whose handshakes are done. Returns false, and leaves it alone, when it is not kept. */
  attach(connection: Connection, known: KnownPeer, handshake: Handshake, rest: Buffer): boolean {
    const { peers, geometry, clock, download } = this.#options;
    const peer = new Peer(connection, known, handshake, geometry, clock.now());
    if (!this.#admit(peer)) return false;
    const decoder = this.#converse(peer);
    peer.dropBlock = () => decoder.dropBlock();
    peers.add(peer);
    known.isConnected = true;
    known.failures = 0;
    download.picker.peerJoined(peer);
    peer.write(greet(peer, this.#greeting()), clock.now());
    if (rest.length > 0) this.#received(peer, decoder, rest);
    return true;
  }

  /** The piece is ours: everybody hears of it, first those that lack it; some are of no more use to us. */
  announce(pieceIndex: number): void {
    const { peers, had, clock } = this.#options;
    let isNews = had.isComplete;
    for (const peer of peers) {
      peer.untold.push(pieceIndex);
      if (!peer.has.has(pieceIndex)) {
        isNews = peer.untoldLacks = true;
        continue;
      }
      peer.missingCount--;
      if (peer.missingCount === 0 && !had.isComplete) this.#piecesChanged(peer);
    }
    if (this.#tellingAll === undefined) {
      this.#tellingAll = clock.after(HOLDERS_HEAR_MS, () => {
        this.#tellingAll = undefined;
        this.#tell(() => true);
      });
    }
    if (!isNews || this.#tellingSoon !== undefined) return;
    this.#tellingSoon = clock.after(0, () => {
      this.#tellingSoon = undefined;
      this.#tell((peer) => peer.untoldLacks || had.isComplete);
      if (had.isComplete) this.#becomeSeed();
    });
  }

  /** All pieces of one moment in one write. */
  #tell(hears: (peer: Peer) => boolean): void {
    const nowMs = this.#options.clock.now();
    for (const peer of this.#options.peers) {
      if (peer.untold.length === 0 || !hears(peer)) continue;
      peer.write([encodeHaves(peer.untold)], nowMs);
      peer.untold.length = 0;
      peer.untoldLacks = false;
    }
  }

  /** These sent bad data for certain. */
  ban(guilty: readonly Peer[]): void {
    for (const peer of guilty) {
      if (peer.known.isBanned) continue;
      this.#options.knownPeers.ban(peer.known, peer.handshake.peerId);
      const { host, port } = peer.connection.remote;
      this.#options.logger.log('warn', 'a peer sent bad data and is banned', { host, port, client: peer.clientName });
      this.#options.download.picker.distrust(peer);
      this.disconnect(peer, 'bad data');
    }
  }

  tickSecond(): void {
    const { peers, clock } = this.#options;
    const nowMs = clock.now();
    for (const peer of peers) {
      peer.download.tickSecond();
      peer.given.tickSecond();
      peer.upload.tickSecond();
      const silentMs = nowMs - peer.lastReceivedAtMs;
      if (silentMs > IDLE_LIMIT_MS || (owesBlocks(peer) && silentMs > lostLimitMs(peer)))
        this.disconnect(peer, 'silent');
      else if (nowMs - peer.lastSentAtMs > KEEP_ALIVE_MS) peer.send({ type: 'keepAlive' }, nowMs);
    }
  }

  disconnect(peer: Peer, reason: string): void {
    const { peers, knownPeers, download, upload, clock, logger } = this.#options;
    if (!peers.delete(peer)) return;
    peer.close();
    const use = this.#areBothDone(peer) ? 'none' : peer.amInterested ? 'needed' : 'some';
    knownPeers.disconnected(peer.known, clock.now(), use);
    download.left(peer);
    upload.left(peer);
    const { host, port } = peer.connection.remote;
    logger.log('debug', 'peer left', { host, port, client: peer.clientName, reason });
  }

  disconnectAll(reason: string): void {
    for (const peer of [...this.#options.peers]) this.disconnect(peer, reason);
  }

  #greeting(): Greeting {
    const { had, infoHash, listenPort } = this.#options;
    return {
      infoHash,
      pieceCount: had.pieceCount,
      hadCount: had.count,
      toBitfield: () => had.toWire(),
      listenPort: listenPort(),
      requestsWeKeep: REQUESTS_WE_KEEP,
    };
  }

  /** The last `have` is on its way: peers learn that we only upload now (BEP 21), and seeds are left. */
  #becomeSeed(): void {
    const { peers, clock } = this.#options;
    for (const peer of [...peers]) {
      if (peer.handshake.extensionProtocol) peer.write([introduce(peer, this.#greeting())], clock.now());
      this.#piecesChanged(peer);
    }
  }

  #converse(peer: Peer): MessageDecoder {
    const { geometry, download, upload } = this.#options;
    const conversation = new Conversation({
      peer,
      geometry,
      download,
      upload,
      introduced: () => this.#introduced(peer),
      piecesChanged: () => this.#piecesChanged(peer),
    });
    const maxMessageLength = Math.max(LONGEST_EXTENDED_MESSAGE, 1 + Math.ceil(geometry.pieceCount / 8));
    const decoder = new MessageDecoder(conversation, { maxMessageLength });
    peer.connection.setHandlers({
      onData: (bytes) => this.#received(peer, decoder, bytes),
      onDrain: () => upload.drained(peer),
      onClose: (error) => {
        decoder.stop();
        this.disconnect(peer, error?.message ?? 'closed by the peer');
      },
    });
    return decoder;
  }

  #received(peer: Peer, decoder: MessageDecoder, bytes: Buffer): void {
    if (peer.isClosed) return decoder.stop();
    peer.lastReceivedAtMs = this.#options.clock.now();
    try {
      decoder.push(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.disconnect(peer, error.message);
    }
    if (peer.isClosed) decoder.stop();
  }

  #admit(newcomer: Peer): boolean {
    const { peers, ourPeerId } = this.#options;
    const present = duplicateOf(newcomer, peers);
    if (present === undefined) return true;
    if (newcomer.known.isDialable) this.#identify(present, newcomer.known.address);
    if (!keepsNewcomer(present, newcomer, ourPeerId)) return false;
    this.disconnect(present, 'doubled');
    return true;
  }

  #introduced(peer: Peer): void {
    const port = peer.extension?.listenPort;
    if (port !== undefined && !peer.connection.outgoing) {
      this.#identify(peer, { host: peer.connection.remote.host, port });
    }
    this.#piecesChanged(peer);
  }

  #identify(peer: Peer, address: { host: string; port: number }): void {
    peer.known = this.#options.knownPeers.identify(peer.known, address, this.#options.clock.now());
  }

  /** Interest follows what it has that we lack; two that need nothing of each other part (BEP 21). */
  #piecesChanged(peer: Peer): void {
    if (this.#areBothDone(peer)) return this.disconnect(peer, 'both need nothing');
    const interested = peer.missingCount > 0;
    if (interested === peer.amInterested) return;
    peer.amInterested = interested;
    peer.send({ type: interested ? 'interested' : 'notInterested' }, this.#options.clock.now());
  }

  #areBothDone(peer: Peer): boolean {
    return this.#options.had.isComplete && peer.isUploadOnly;
  }
}

/** It was asked, let a request time out, and may still send. One that only called us is left to TCP: it can't be dialled. */
function owesBlocks(peer: Peer): boolean {
  return peer.snubbed && peer.amInterested && !peer.peerChoking && peer.known.isDialable;
}

function lostLimitMs({ requests }: Peer): number {
  return Math.max(LOST_LIMIT_MS, 2 * requests.timeoutMs);
}
