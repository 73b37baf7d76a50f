// Splits a stream into messages. Invariant: the bytes of blocks are handed on as they lie in the chunk, never copied.

import { HANDSHAKE_BYTES, ids, PIECE_HEAD_BYTES } from './wire.ts';

/** No message but a block's is longer: the bitfield of a million pieces. */
const LONGEST_MESSAGE = 2 ** 17;

export interface MessageSink {
  /** The other side's handshake, 68 bytes; valid during the call. */
  handshake(bytes: Buffer): void;
  /** Any message but `piece`; the body, without its id, is valid during the call. */
  message(id: number, body: Buffer): void;
  blockBegins(pieceIndex: number, begin: number, length: number): void;
  /** The next bytes of the block that began: `bytes` from `from` to `to`. */
  blockBytes(bytes: Buffer, from: number, to: number): void;
  blockEnds(): void;
}

export class MessageReader {
  readonly #sink: MessageSink;
  #gathered = Buffer.allocUnsafe(HANDSHAKE_BYTES);
  #got = 0;
  #wanted = HANDSHAKE_BYTES;
  #isGreeted = false;
  #blockLeft = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#blockLeft > 0) {
        const end = Math.min(chunk.length, at + this.#blockLeft);
        this.#blockLeft -= end - at;
        this.#sink.blockBytes(chunk, at, end);
        if (this.#blockLeft === 0) this.#sink.blockEnds();
        at = end;
        continue;
      }
      const end = Math.min(chunk.length, at + this.#wanted - this.#got);
      chunk.copy(this.#gathered, this.#got, at, end);
      this.#got += end - at;
      at = end;
      if (this.#got === this.#wanted) this.#complete();
    }
  }

  /** What was wanted is there: it says what is wanted next. */
  #complete(): void {
    const bytes = this.#gathered;
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      this.#sink.handshake(bytes);
      return this.#restart();
    }
    const length = bytes.readUInt32BE();
    if (length === 0) return this.#restart();
    if (this.#wanted === 4) return this.#want(5);
    const id = bytes[4];
    if (id === ids.piece) {
      if (this.#wanted < PIECE_HEAD_BYTES) return this.#want(PIECE_HEAD_BYTES);
      this.#blockLeft = length - 9;
      this.#sink.blockBegins(bytes.readUInt32BE(5), bytes.readUInt32BE(9), this.#blockLeft);
      return this.#restart();
    }
    if (this.#wanted < 4 + length) return this.#want(4 + length);
    this.#sink.message(id, bytes.subarray(5, 4 + length));
    this.#restart();
  }

  #want(bytes: number): void {
    if (bytes > LONGEST_MESSAGE) throw new Error(`a message of ${bytes} bytes`);
    if (bytes > this.#gathered.length) {
      const larger = Buffer.allocUnsafe(bytes);
      this.#gathered.copy(larger, 0, 0, this.#got);
      this.#gathered = larger;
    }
    this.#wanted = bytes;
  }

  #restart(): void {
    this.#got = 0;
    this.#wanted = 4;
  }
}
