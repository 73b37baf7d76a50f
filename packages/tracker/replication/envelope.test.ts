import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Claims,
  isAnswerTo,
  isBodyOf,
  signAnswer,
  signRequest,
  TIME_WINDOW_MS,
  verifyRequest,
} from './envelope.ts';
import { NonceMemory } from './nonce-memory.ts';
import { parseSecretRing } from './secret-ring.ts';

const ring = parseSecretRing('one secret');
const target = { method: 'POST', path: '/replication/v1/changes' };
const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'));
const claims: fc.Arbitrary<Claims> = fc.record({
  from: hex(8),
  to: hex(8),
  timeMs: fc.nat(2 ** 31).map((seconds) => seconds * 1000),
  nonce: hex(16),
});

test('what was signed is verified, header and body, and says what was claimed', () => {
  fc.assert(
    fc.property(claims, fc.uint8Array({ maxLength: 300 }), (claimed, body) => {
      const signed = verifyRequest(target, signRequest(target, claimed, body, ring), ring);
      assert.ok(signed !== undefined && isBodyOf(signed, body));
      const { key, length, bodyHash, ...said } = signed;
      assert.deepEqual(said, { ...claimed });
    }),
  );
});

test('a flipped bit anywhere, in header, body, method or path, is refused', () => {
  const flip = <T extends Uint8Array>(bytes: T, bit: number): T => {
    bytes[Math.floor(bit / 8) % bytes.length] ^= 1 << (bit % 8);
    return bytes;
  };
  fc.assert(
    fc.property(claims, fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (claimed, body, bit) => {
      const header = signRequest(target, claimed, body, ring);
      const signed = verifyRequest(target, header, ring)!;
      assert.equal(isBodyOf(signed, flip(body.slice(), bit)), false);
      const bent = flip(Buffer.from(header, 'latin1'), bit).toString('latin1');
      assert.equal(verifyRequest(target, bent, ring), undefined);
      for (const part of ['method', 'path'] as const) {
        const other = flip(Buffer.from(target[part], 'latin1'), bit).toString('latin1');
        assert.equal(verifyRequest({ ...target, [part]: other }, header, ring), undefined);
      }
    }),
    { numRuns: 1000 },
  );
});

test('no header, one of another form and one by another secret are refused', () => {
  const claimed = { from: 'a'.repeat(16), to: 'b'.repeat(16), timeMs: 5, nonce: 'c'.repeat(32) };
  const header = signRequest(target, claimed, new Uint8Array(0), parseSecretRing('another'));
  for (const bad of [undefined, '', 'Bearer one secret', header, `${header} `]) {
    assert.equal(verifyRequest(target, bad, ring), undefined);
  }
});

test('an answer belongs to its request: another nonce, status, body or secret is refused', () => {
  const body = Buffer.from('answer');
  const claimed = { from: 'a'.repeat(16), to: 'b'.repeat(16), timeMs: 5, nonce: 'c'.repeat(32) };
  const signed = verifyRequest(target, signRequest(target, claimed, new Uint8Array(0), ring), ring)!;
  const header = signAnswer(signed, 200, body);
  assert.equal(isAnswerTo(signed.nonce, 200, header, body, ring), true);
  assert.equal(isAnswerTo('d'.repeat(32), 200, header, body, ring), false);
  assert.equal(isAnswerTo(signed.nonce, 409, header, body, ring), false);
  assert.equal(isAnswerTo(signed.nonce, 200, header, Buffer.from('bnswer'), ring), false);
  assert.equal(isAnswerTo(signed.nonce, 200, header, body, parseSecretRing('another')), false);
  assert.equal(isAnswerTo(signed.nonce, 200, undefined, body, ring), false);
});

test('while secrets change, old and new trackers understand each other both ways', () => {
  const [oldOnly, oldFirst, newFirst, newOnly] = ['old', 'old\nnew', 'new\nold', 'new'].map(parseSecretRing);
  const claimed = { from: 'a'.repeat(16), to: 'b'.repeat(16), timeMs: 5, nonce: 'c'.repeat(32) };
  const body = Buffer.from('body');
  const talks = (asking: typeof ring, asked: typeof ring): boolean => {
    const signed = verifyRequest(target, signRequest(target, claimed, body, asking), asked);
    return signed !== undefined && isAnswerTo(claimed.nonce, 200, signAnswer(signed, 200, body), body, asking);
  };
  const steps = [
    [oldOnly, oldFirst],
    [oldFirst, newFirst],
    [newFirst, newOnly],
  ];
  for (const [before, after] of steps) assert.ok(talks(before, after) && talks(after, before));
  assert.equal(talks(oldOnly, newOnly), false);
});

test('a nonce is taken once for as long as its time can be believed, and forgotten later', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(2 * TIME_WINDOW_MS))), (steps) => {
      const memory = new NonceMemory();
      const takenAt = new Map<number, number>();
      let nowMs = 0;
      for (const [nonce, pauseMs] of steps) {
        nowMs += pauseMs;
        const before = takenAt.get(nonce);
        const isTaken = memory.take(String(nonce), nowMs);
        if (before === undefined) assert.equal(isTaken, true);
        else if (nowMs - before < 2 * TIME_WINDOW_MS) assert.equal(isTaken, false);
        if (isTaken) takenAt.set(nonce, nowMs);
      }
      assert.equal(memory.take('0', nowMs + 4 * TIME_WINDOW_MS), true);
    }),
  );
});

test('secrets are read one a line or between commas, comments left out, and errors do not show them', () => {
  const two = parseSecretRing('# the new one\r\n new \n\nold # with a blank\n');
  assert.deepEqual(two, [...parseSecretRing('new'), ...parseSecretRing('old # with a blank')]);
  assert.deepEqual(parseSecretRing('new,old'), parseSecretRing('new\nold'));
  assert.throws(() => parseSecretRing(' \n# nothing\n'), /it holds no secret/);
  assert.throws(
    () => parseSecretRing('hush1,2,3,4,5,6,7,8,9'),
    (error: Error) => !error.message.includes('hush'),
  );
});
