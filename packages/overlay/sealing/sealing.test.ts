import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { type Clock, FakeClock, systemRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { type KeyRing, openKeyRing, parseKeyRing } from './key-ring.ts';
import { Opener } from './opener.ts';
import { ReplayWindow, WINDOW_LENGTH } from './replay-window.ts';
import { COUNTER_START, HEAD_LENGTH, SEAL_OVERHEAD } from './sealed-layout.ts';
import { Sealer } from './sealer.ts';

const first = parseKeyRing('11'.repeat(32));
const second = parseKeyRing('22'.repeat(32));
const both: KeyRing = { keys: [...second.keys, ...first.keys], isSecret: true };
const text = Buffer.from('a rumour');

function sealer(keyRing: KeyRing, clock: Clock = new FakeClock()): Sealer {
  return new Sealer(keyRing, clock, systemRandom);
}

test('the key that everybody knows is the digest of its name', () => {
  assert.deepEqual(openKeyRing.keys, [hash('sha256', 'enjambre overlay without a key', 'buffer')]);
});

test('what was sealed is opened once, by whoever has the key', () => {
  const opener = new Opener(first, new FakeClock());
  const sender = sealer(first);
  for (const sealed of [sender.seal(text), sender.seal(text)]) {
    assert.equal(sealed.length, text.length + SEAL_OVERHEAD);
    assert.ok(!sealed.includes(text));
    const opened = opener.open(sealed);
    assert.ok(typeof opened !== 'string');
    assert.deepEqual(Buffer.from(opened.plain), text);
    assert.equal(opener.open(sealed), 'replay');
  }
});

test('no byte of it can be changed, and no other key opens it', () => {
  const sealed = sealer(first).seal(text);
  for (let place = 0; place < sealed.length; place++) {
    const changed = Buffer.from(sealed);
    changed[place] ^= 1;
    assert.equal(new Opener(first, new FakeClock()).open(changed), 'stranger', `byte ${place}`);
  }
  assert.equal(new Opener(second, new FakeClock()).open(sealed), 'stranger');
  assert.equal(new Opener(openKeyRing, new FakeClock()).open(sealed), 'stranger');
});

test('keys change without a gap: the new one is accepted first, then sent, then the old one goes', () => {
  const clock = new FakeClock();
  const accepting = new Opener({ keys: [...first.keys, ...second.keys], isSecret: true }, clock);
  const sending = new Opener(both, clock);
  for (const keyRing of [first, both]) {
    const sealed = sealer(keyRing, clock).seal(text);
    assert.ok(typeof accepting.open(sealed) !== 'string');
    assert.ok(typeof sending.open(sealed) !== 'string');
  }
  assert.equal(new Opener(second, clock).open(sealer(first, clock).seal(text)), 'stranger');
});

test('what is older or newer than the time window is refused, also by one who never heard of its sender', () => {
  const clock = new FakeClock();
  const old = sealer(first, clock).seal(text);
  clock.advance(62_000);
  assert.equal(new Opener(first, clock).open(old), 'clock');
  const ahead = new FakeClock();
  ahead.advance(200_000);
  assert.equal(new Opener(first, clock).open(sealer(first, ahead).seal(text)), 'clock');
});

test('no nonce comes twice under one key', () => {
  const seen = new Set<string>();
  for (let session = 0; session < 20; session++) {
    const sender = sealer(first);
    for (let message = 0; message < 50; message++) {
      const sealed = sender.seal(text);
      seen.add(sealed.toString('hex', 0, COUNTER_START - 4) + sealed.toString('hex', COUNTER_START, HEAD_LENGTH));
    }
  }
  assert.equal(seen.size, 1000);
});

test('a flood of sessions that nobody knows is tried only so often', () => {
  const clock = new FakeClock();
  const opener = new Opener(first, clock);
  const stranger = sealer(second).seal(text);
  const answers = Array.from({ length: 3000 }, () => opener.open(stranger));
  assert.equal(answers.filter((answer) => answer === 'stranger').length, 2000);
  clock.advance(1001);
  assert.ok(typeof opener.open(sealer(first, clock).seal(text)) !== 'string');
});

test('a window takes each number once, in whatever order, as long as it is not too old', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 })), (numbers) => {
      const window = new ReplayWindow();
      const taken = new Set<number>();
      let highest = -1;
      for (const number of numbers) {
        const expected = !taken.has(number) && number > highest - WINDOW_LENGTH;
        assert.equal(window.take(number), expected);
        if (expected) taken.add(number);
        highest = Math.max(highest, number);
      }
    }),
  );
});

test('keys are read from lines, commas and comments, and a wrong one is named by its place', () => {
  const key = Buffer.alloc(32, 7);
  const texts = [key.toString('hex'), `# ours\n ${key.toString('base64')} # the new one\n`];
  for (const one of texts) assert.deepEqual(Buffer.from(parseKeyRing(one).keys[0]), key);
  assert.equal(parseKeyRing(`${key.toString('hex')},${'ab'.repeat(32)}`).keys.length, 2);
  assert.throws(() => parseKeyRing(' \n#nothing'), /holds no key/);
  assert.throws(() => parseKeyRing(`${key.toString('hex')}\nsecret`), /^Error: key 2 is neither/);
});
