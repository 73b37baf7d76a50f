import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIpAddress } from '@enjambre/metainfo';
import fc from 'fast-check';
import { type Body, BUCKET_COUNT } from './message.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { encodeRumour, type MemberRumour, memberStates, type RecordRumour } from './rumour.ts';

const id = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const port = fc.integer({ min: 1, max: 65_535 });
const incarnation = fc.integer({ min: 0, max: 2 ** 47 });
const ip = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map((bytes) => formatIpAddress(bytes));
const host = fc.oneof(fc.constant(''), ip);
const address = fc.record({ host, port });
const member: fc.Arbitrary<MemberRumour> = fc
  .record({
    id,
    state: fc.constantFrom(...memberStates),
    incarnation,
    provides: fc.boolean(),
    address,
    suspectedBy: id,
  })
  .map(({ suspectedBy, ...rest }) => ({
    ...{ kind: 'member', ...rest },
    ...(rest.state === 'suspect' && { suspectedBy }),
  }));
const record: fc.Arbitrary<RecordRumour> = fc
  .record({ id, since: fc.integer({ min: 0, max: 2 ** 32 - 2 }), step: fc.integer({ min: 1, max: 1000 }), port })
  .chain(({ id: owner, since, step, port: at }) =>
    fc.record({
      ...{ kind: fc.constant('record' as const), owner: fc.constant(owner), since: fc.constant(since) },
      ...{ version: fc.constant(Math.min(since + step, 2 ** 32 - 1)), port: fc.constant(at) },
      infoHash: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex')),
      completeness: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    }),
  )
  .map((plain) => ({ ...plain }));
const flag = fc.boolean();
const entry = fc.record({ id, incarnation, floor: uint32 });
const buckets = fc
  .uniqueArray(fc.integer({ min: 0, max: BUCKET_COUNT - 1 }))
  .map((list) => list.toSorted((a, b) => a - b));
const is = <Type extends string>(type: Type) => fc.constant(type);
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record({ type: is('ping'), sequence: uint32, isNeighbour: flag, self: member }),
  fc.record({ type: is('ack'), sequence: uint32, seenHost: host, isPartial: flag }),
  fc.record({ type: is('relay'), sequence: uint32, target: id, address }),
  fc.record({ type: is('nack'), sequence: uint32 }),
  fc.record({ type: is('gossip') }),
  fc.record({
    ...{ type: is('summary'), isPartial: flag },
    sums: fc.array(uint32, { minLength: BUCKET_COUNT, maxLength: BUCKET_COUNT }),
  }),
  fc.record({ type: is('digest'), isPartial: flag, isAnswer: flag, buckets, entries: fc.array(entry) }),
  fc.record({ type: is('neighbour-ask'), isAlone: flag, self: member }),
  fc.record({ type: is('neighbour-answer'), accepted: flag }),
  fc.record({ type: is('part') }),
  fc.record({ type: is('shuffle'), steps: fc.integer({ min: 0, max: 16 }), origin: member }),
  fc.record({ type: is('shuffle-answer') }),
  fc.record({ type: is('state-ask'), self: member }),
  fc.record({ type: is('state-answer'), seenHost: host, isPartial: flag, self: member }),
);

test('every message comes out of its bytes as it went in', () => {
  fc.assert(
    fc.property(id, id, body, fc.array(fc.oneof(member, record), { maxLength: 20 }), (from, to, said, rumours) => {
      const bytes = Buffer.concat([encodeMessage(from, to, said), ...rumours.map(encodeRumour)]);
      assert.deepEqual(decodeMessage(bytes), structuredClone({ from, to, body: said, rumours }));
    }),
  );
});

test('whatever a stranger sends, it is a message or a ProtocolError', () => {
  const read = (bytes: Uint8Array): void => {
    try {
      decodeMessage(bytes);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), read));
  const damaged = fc.tuple(body, fc.array(fc.oneof(member, record), { maxLength: 5 }), fc.nat(), fc.nat(255), fc.nat());
  fc.assert(
    fc.property(damaged, ([said, rumours, place, value, cut]) => {
      const bytes = Buffer.concat([encodeMessage('00'.repeat(8), '11'.repeat(8), said), ...rumours.map(encodeRumour)]);
      bytes[place % bytes.length] = value;
      read(bytes.subarray(0, bytes.length - (cut % 4)));
    }),
    { numRuns: 500 },
  );
});

test('what only a broken member would say is refused', () => {
  const base = { kind: 'record', owner: '11'.repeat(8), infoHash: '22'.repeat(20), port: 1, completeness: 1 } as const;
  const bad = [
    encodeRumour({ ...base, version: 4, since: 4 }),
    encodeRumour({ ...base, version: 4, since: 3, port: 0 }),
    encodeRumour({ ...base, version: 4, since: 3, completeness: 101 }),
    encodeRumour({
      ...{ kind: 'member', id: '11'.repeat(8), state: 'alive', incarnation: 2 ** 48 - 1, provides: true },
      address: { host: '', port: 1 },
    }),
  ];
  for (const rumour of bad) {
    const bytes = Buffer.concat([encodeMessage('00'.repeat(8), '11'.repeat(8), { type: 'gossip' }), rumour]);
    assert.throws(() => decodeMessage(bytes), ProtocolError);
  }
});
