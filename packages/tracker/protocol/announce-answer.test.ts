import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BencodeInput, encodeBencode } from '@enjambre/metainfo';
import fc from 'fast-check';
import { isTrackerError } from '../errors.ts';
import { type AnnounceAnswer, parseAnnounceAnswer } from './announce-answer.ts';
import { parseScrapeAnswer } from './scrape-answer.ts';

function parse(answer: BencodeInput): AnnounceAnswer {
  const outcome = parseAnnounceAnswer(encodeBencode(answer));
  assert.ok(!isTrackerError(outcome), JSON.stringify(outcome));
  return outcome;
}

function failure(answer: BencodeInput | Buffer): string {
  const outcome = parseAnnounceAnswer(Buffer.isBuffer(answer) ? answer : encodeBencode(answer));
  assert.ok(isTrackerError(outcome));
  return `${outcome.code}: ${outcome.message}`;
}

test('a compact answer is read, IPv4 and IPv6', () => {
  const answer = parse({
    complete: 3,
    incomplete: 4,
    interval: 1800,
    'min interval': 60,
    peers: Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1, 10, 0, 0, 2, 0, 0),
    peers6: Uint8Array.of(...new Array(15).fill(0), 1, 0x1a, 0xe2),
    'tracker id': Uint8Array.of(1, 2),
    'warning message': 'be\u001b[31m kind\n',
    'external ip': Uint8Array.of(1, 2, 3, 4),
  });
  assert.deepEqual(answer, {
    peers: [
      { host: '10.0.0.1', port: 6881 },
      { host: '::1', port: 6882 },
    ],
    intervalMs: 1_800_000,
    minIntervalMs: 60_000,
    trackerId: Uint8Array.of(1, 2),
    warning: 'be [31m kind',
    seeders: 3,
    leechers: 4,
    externalIps: ['1.2.3.4'],
  });
});

test('a dictionary answer is read; names, bad ports and junk in it are dropped', () => {
  const { peers } = parse({
    peers: [
      { ip: '10.0.0.1', port: 1, 'peer id': 'x'.repeat(20) },
      { ip: '::ffff:10.0.0.2', port: 65535 },
      { ip: 'router.local', port: 80 },
      { ip: '10.0.0.3', port: 0 },
      { ip: '10.0.0.3', port: 65536 },
      { port: 5 },
      'junk',
      7,
    ],
  });
  assert.deepEqual(peers, [
    { host: '10.0.0.1', port: 1 },
    { host: '10.0.0.2', port: 65535 },
  ]);
});

test('what a tracker leaves out is undefined, what is negative too', () => {
  const { intervalMs, minIntervalMs, seeders, peers } = parse({ interval: -5, complete: -1 });
  assert.deepEqual([intervalMs, minIntervalMs, seeders, peers], [undefined, undefined, undefined, []]);
});

test('no more than 1000 peers are taken of one answer', () => {
  const compact = new Uint8Array(6 * 100_000).fill(1);
  assert.equal(parse({ peers: compact }).peers.length, 1000);
  assert.equal(parse({ peers: compact, peers6: new Uint8Array(18 * 2000).fill(1) }).peers.length, 1000);
});

test('a refusal keeps the tracker’s words and when to retry (BEP 31)', () => {
  const read = (answer: BencodeInput): unknown => parseAnnounceAnswer(encodeBencode(answer));
  assert.deepEqual(read({ 'failure reason': 'go\naway' }), { code: 'refused', message: 'go away' });
  assert.deepEqual(read({ 'failure reason': 'x', 'retry in': '5' }), {
    ...{ code: 'refused', message: 'x', retryAfterMs: 300_000 },
  });
  assert.deepEqual(read({ 'failure reason': 'x', 'retry in': 'never' }), {
    ...{ code: 'refused', message: 'x', retryAfterMs: Number.POSITIVE_INFINITY },
  });
  assert.ok((read({ 'failure reason': 'x'.repeat(10_000) }) as Error).message.length <= 300);
});

test('a line end after the answer changes nothing', () => {
  const answer = parseAnnounceAnswer(Buffer.from('d8:intervali1800ee\r\n'));
  assert.ok(!isTrackerError(answer), JSON.stringify(answer));
  assert.equal(answer.intervalMs, 1_800_000);
});

test('what is no answer is told apart: a web page, cut off bencode, another type', () => {
  assert.match(failure(Buffer.from('<html>')), /^malformed: .*web page/);
  assert.match(failure(Buffer.from('d8:intervali1800e5:peers12:abc')), /^malformed: .*not bencode/);
  assert.match(failure(Buffer.from('')), /^malformed/);
  assert.match(failure([1]), /^malformed: .*dictionary/);
  assert.match(failure({ peers: 7 }), /^malformed: .*peers/);
  assert.match(failure(Buffer.from('l'.repeat(1000))), /^malformed/);
});

test('no bytes make the parsers throw', () => {
  const bencode = fc.letrec<{ value: BencodeInput }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.maxSafeInteger(),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          'peers',
          'peers6',
          'interval',
          'failure reason',
          'retry in',
          'ip',
          'port',
          'files',
          'tracker id',
        ),
        tie('value'),
      ),
    ),
  })).value;
  const bytes = fc.oneof(fc.uint8Array(), bencode.map(encodeBencode));
  fc.assert(
    fc.property(bytes, fc.nat(200), (answer, cut) => {
      for (const body of [answer, answer.subarray(0, cut)]) {
        const announce = parseAnnounceAnswer(body);
        if (!isTrackerError(announce)) assert.ok(announce.peers.every(({ port }) => port >= 1 && port <= 65535));
        const scrape = parseScrapeAnswer(body);
        assert.ok(isTrackerError(scrape) || scrape.size <= 200);
      }
    }),
    { numRuns: 500 },
  );
});

test('a scrape answer gives counts by info hash', () => {
  const hash = '\xff'.repeat(20);
  const files = new Map([
    [hash, { complete: 1, incomplete: 2, downloaded: 3 }],
    ['short', { complete: 1, incomplete: 2, downloaded: 3 }],
  ]);
  const outcome = parseScrapeAnswer(encodeBencode({ files }));
  assert.ok(!isTrackerError(outcome));
  assert.deepEqual([...outcome], [['ff'.repeat(20), { seeders: 1, leechers: 2, completed: 3 }]]);
});
