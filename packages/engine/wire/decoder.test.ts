import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../protocol-error.ts';
import { MessageDecoder, type MessageSink } from './decoder.ts';
import { encodeMessage, encodePieceHeader, type OutgoingMessage } from './encoder.ts';
import type { Message } from './message.ts';

const MAX_MESSAGE_LENGTH = 16384 + 9;
const SLAB_BYTES = 40_000;

type Heard =
  | Message
  | { type: 'blockStart'; range: number[] }
  | { type: 'blockEnd'; range: number[]; accepted: boolean; bytes: string };

/** Writes down every call; blocks of even pieces are wanted. */
class RecordingSink implements MessageSink {
  readonly heard: Heard[] = [];
  readonly slab = Buffer.alloc(SLAB_BYTES);
  onHeard: (heard: Heard) => void = () => {};

  onMessage(message: Message): void {
    this.#record(message);
  }

  onBlockStart(pieceIndex: number, begin: number, length: number): Buffer | undefined {
    this.#record({ type: 'blockStart', range: [pieceIndex, begin, length] });
    return pieceIndex % 2 === 0 && begin + length <= SLAB_BYTES ? this.slab : undefined;
  }

  onBlockEnd(pieceIndex: number, begin: number, length: number, accepted: boolean): void {
    const bytes = accepted ? this.slab.toString('hex', begin, begin + length) : '';
    this.#record({ type: 'blockEnd', range: [pieceIndex, begin, length], accepted, bytes });
  }

  #record(heard: Heard): void {
    this.heard.push(heard);
    this.onHeard(heard);
  }
}

function decoderFor(sink: MessageSink): MessageDecoder {
  return new MessageDecoder(sink, { maxMessageLength: MAX_MESSAGE_LENGTH });
}

/** All that is heard of `bytes`, the error included, when they arrive in chunks of these sizes (the last one repeats). */
function decodeInChunks(bytes: Buffer, sizes: readonly number[]): (Heard | { error: string })[] {
  const sink = new RecordingSink();
  const decoder = decoderFor(sink);
  const received = Buffer.alloc(bytes.length);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.min(sizes[turn % sizes.length], bytes.length - at);
    // The receive buffer is shared: what it held is gone after the call.
    const chunk = received.subarray(0, size);
    bytes.copy(chunk, 0, at, at + size);
    try {
      decoder.push(chunk);
    } catch (error) {
      assert.ok(error instanceof ProtocolError);
      return [...sink.heard, { error: error.message }];
    }
    chunk.fill(0xee);
    at += size;
  }
  return sink.heard;
}

function pieceMessage(pieceIndex: number, begin: number, block: Uint8Array): Buffer {
  return Buffer.concat([encodePieceHeader(pieceIndex, begin, block.length), block]);
}

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const message: fc.Arbitrary<OutgoingMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom('choke', 'unchoke', 'interested', 'notInterested', 'haveAll', 'haveNone') }),
  fc.record({ type: fc.constant('keepAlive') }),
  fc.record({ type: fc.constantFrom('have', 'suggest', 'allowedFast'), pieceIndex: uint32 }),
  fc.record({ type: fc.constant('bitfield'), bits: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    type: fc.constantFrom('request', 'cancel', 'reject'),
    pieceIndex: uint32,
    begin: uint32,
    length: uint32,
  }),
  fc.record({ type: fc.constant('port'), port: fc.integer({ min: 0, max: 65535 }) }),
  fc.record({
    type: fc.constant('extended'),
    extendedId: fc.integer({ min: 0, max: 255 }),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
) as fc.Arbitrary<OutgoingMessage>;
const piece = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30_000 }), fc.uint8Array({ maxLength: 400 }))
  .map(([pieceIndex, begin, block]) => pieceMessage(pieceIndex, begin, block));
const stream = fc
  .array(fc.oneof(message.map(encodeMessage), piece), { maxLength: 20 })
  .map((messages) => Buffer.concat(messages));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });

describe('message decoder', () => {
  it('reads back every message that is written', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const bytes = Buffer.concat(messages.map(encodeMessage));
        const expected = messages.map((sent) => ({ ...sent }));
        assert.deepEqual(decodeInChunks(bytes, [bytes.length]), expected);
      }),
    );
  });

  it('hears the same messages however the stream is split', () => {
    fc.assert(
      fc.property(stream, chunkSizes, (bytes, sizes) => {
        assert.deepEqual(decodeInChunks(bytes, sizes), decodeInChunks(bytes, [Math.max(1, bytes.length)]));
      }),
    );
  });

  it('hears the same of arbitrary bytes however they are split, the error included', () => {
    const almostMessages = fc
      .array(
        fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 22 }), fc.uint8Array({ maxLength: 20 })),
        { maxLength: 8 },
      )
      .map((parts) => Buffer.concat(parts.map(([length, id, rest]) => Buffer.from([0, 0, 0, length, id, ...rest]))));
    const bytesOfAnyKind = fc.oneof(
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      almostMessages,
    );
    fc.assert(
      fc.property(bytesOfAnyKind, chunkSizes, (bytes, sizes) => {
        assert.deepEqual(decodeInChunks(bytes, sizes), decodeInChunks(bytes, [Math.max(1, bytes.length)]));
      }),
    );
  });

  it('writes a block into its slab at its offset and nothing around it', () => {
    const sink = new RecordingSink();
    const block = Buffer.alloc(16384, 7);
    decoderFor(sink).push(pieceMessage(2, 16384, block));
    assert.ok(sink.slab.subarray(16384, 32768).equals(block));
    assert.ok(sink.slab.subarray(0, 16384).every((byte) => byte === 0));
    assert.ok(sink.slab.subarray(32768).every((byte) => byte === 0));
  });

  it('skips the rest of a dropped block and reports it as not accepted', () => {
    const sink = new RecordingSink();
    const decoder = decoderFor(sink);
    const bytes = Buffer.concat([pieceMessage(2, 0, Buffer.alloc(100, 7)), encodeMessage({ type: 'choke' })]);
    decoder.push(bytes.subarray(0, 13 + 40));
    decoder.dropBlock();
    decoder.push(bytes.subarray(13 + 40));
    assert.deepEqual(sink.heard, [
      { type: 'blockStart', range: [2, 0, 100] },
      { type: 'blockEnd', range: [2, 0, 100], accepted: false, bytes: '' },
      { type: 'choke' },
    ]);
    assert.equal(sink.slab.indexOf(0), 40);
  });

  it('makes no call after it was stopped in the middle of a chunk', () => {
    const bytes = Buffer.concat([
      encodeMessage({ type: 'unchoke' }),
      pieceMessage(2, 0, Buffer.alloc(10)),
      encodeMessage({ type: 'choke' }),
    ]);
    for (const last of ['unchoke', 'blockStart', 'blockEnd'] as const) {
      const sink = new RecordingSink();
      const decoder = decoderFor(sink);
      sink.onHeard = ({ type }) => {
        if (type === last) decoder.stop();
      };
      decoder.push(bytes);
      decoder.push(bytes);
      assert.equal(sink.heard.at(-1)?.type, last);
    }
  });

  it('refuses a message beyond the limit at its length prefix, before its bytes arrive', () => {
    const sink = new RecordingSink();
    const decoder = decoderFor(sink);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(MAX_MESSAGE_LENGTH + 1);
    assert.throws(() => decoder.push(prefix), ProtocolError);
    decoder.push(encodeMessage({ type: 'choke' }));
    assert.deepEqual(sink.heard, []);
  });

  it('refuses every message of a fixed length that has another length', () => {
    const lengths = { 0: 1, 1: 1, 2: 1, 3: 1, 4: 5, 6: 13, 8: 13, 9: 3, 13: 5, 14: 1, 15: 1, 16: 13, 17: 5 };
    for (const [id, right] of Object.entries(lengths)) {
      for (let length = 1; length < 20; length++) {
        const push = () => decoderFor(new RecordingSink()).push(Buffer.from([0, 0, 0, length, Number(id), 0, 0]));
        if (length === right) push();
        else assert.throws(push, ProtocolError, `id ${id} of ${length} bytes`);
      }
    }
  });

  it('refuses a piece without a whole header and an extended message without an id', () => {
    for (const bytes of [
      [0, 0, 0, 8, 7],
      [0, 0, 0, 1, 20],
    ]) {
      assert.throws(() => decoderFor(new RecordingSink()).push(Buffer.from(bytes)), ProtocolError);
    }
  });

  it('names a message it does not know and goes on behind it', () => {
    const heard = decodeInChunks(Buffer.from([0, 0, 0, 3, 99, 1, 2, 0, 0, 0, 1, 0]), [1]);
    assert.deepEqual(heard, [{ type: 'unknown', id: 99 }, { type: 'choke' }]);
  });
});
