import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conforms, formatEta, StatusSchema } from '@enjambre/contract';
import fc from 'fast-check';
import { type Snapshot, statusOf } from './status.ts';

const idle: Snapshot = {
  phase: 'active',
  problem: undefined,
  paused: false,
  complete: false,
  verifiedBytes: 0,
  totalSize: 1000,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  connectedPeers: 0,
  knownPeers: 0,
  downloadedBytes: 0,
  uploadedBytes: 0,
  wastedBytes: 0,
  failedPieces: 0,
};
const whole: Snapshot = { ...idle, complete: true, verifiedBytes: 1000 };

test('before a torrent was read everything is zero and the state starting, or paused when that was asked', () => {
  const zeros = { progress: 0, downloaded: 0, total_size: 0, download_speed: 0, upload_speed: 0 };
  const rest = { ...zeros, connected_peers: 0, total_peers: 0, eta: '∞' };
  assert.deepEqual(statusOf([], false), { state: 'starting', paused: false, ...rest });
  assert.deepEqual(statusOf([], true), { state: 'paused', paused: true, ...rest });
});

test('the state is the first that holds', () => {
  const busy = { downloadBytesPerSecond: 5, uploadBytesPerSecond: 5 };
  const rows: [Snapshot, string][] = [
    [{ ...whole, ...busy, paused: true }, 'paused'],
    [{ ...whole, ...busy }, 'completed'],
    [{ ...idle, ...busy }, 'downloading'],
    [{ ...idle, uploadBytesPerSecond: 5 }, 'seeding'],
    [idle, 'starting'],
    [{ ...idle, phase: 'error', problem: { code: 'disk-full', message: '' } }, 'starting'],
    [{ ...whole, phase: 'error', problem: { code: 'not-readable', message: '' } }, 'starting'],
  ];
  for (const [snapshot, state] of rows) assert.equal(statusOf([snapshot], false).state, state);
});

test('nothing is completed while it is checked, nor an empty torrent ever', () => {
  assert.equal(statusOf([{ ...whole, phase: 'checking' }], false).state, 'starting');
  assert.equal(statusOf([{ ...whole, phase: 'checking', paused: true }], false).state, 'paused');
  assert.equal(statusOf([{ ...whole, phase: 'opening' }], false).state, 'starting');
  assert.equal(statusOf([{ ...idle, complete: true, totalSize: 0 }], false).state, 'starting');
  assert.equal(statusOf([{ ...idle, phase: 'checking', verifiedBytes: 500 }], false).progress, 50);
});

test('many torrents are summed, are complete when all are and paused when all are', () => {
  const one = { ...idle, verifiedBytes: 100, downloadBytesPerSecond: 100, connectedPeers: 1, knownPeers: 4 };
  const other = {
    ...idle,
    totalSize: 3000,
    verifiedBytes: 200,
    downloadBytesPerSecond: 50,
    connectedPeers: 2,
    knownPeers: 2,
  };
  assert.deepEqual(statusOf([one, { ...other, paused: true }], true), {
    state: 'downloading',
    paused: false,
    progress: 7.5,
    downloaded: 300,
    total_size: 4000,
    download_speed: 150,
    upload_speed: 0,
    connected_peers: 3,
    total_peers: 6,
    eta: '24s',
  });
  assert.equal(statusOf([whole, idle], false).state, 'starting');
  assert.equal(statusOf([whole, whole], false).state, 'completed');
  assert.equal(
    statusOf(
      [
        { ...one, paused: true },
        { ...other, paused: true },
      ],
      true,
    ).state,
    'paused',
  );
});

test('the eta is written as programs expect it', () => {
  const rows: [number, number, string][] = [
    [0, 1, '0s'],
    [59, 1, '59s'],
    [60, 1, '1m 0s'],
    [3599, 1, '59m 59s'],
    [3600, 1, '1h 0m'],
    [90_061, 1, '25h 1m'],
    [199, 100, '1s'],
    [9_223_372_036, 1, '2562047h 47m'],
    [9_223_372_037, 1, '∞'],
    [1, 0, '∞'],
    [0, 0, '∞'],
  ];
  for (const [remaining, speed, eta] of rows) assert.equal(formatEta(remaining, speed), eta);
});

test('whatever the engine tells, the status keeps to its schema', () => {
  const count = fc.oneof(
    fc.nat(),
    fc.maxSafeNat().map((bytes) => Math.floor(bytes / 8)),
  );
  const snapshot = fc.record({
    phase: fc.constantFrom<Snapshot['phase']>('opening', 'checking', 'active', 'stopped', 'error'),
    paused: fc.boolean(),
    complete: fc.boolean(),
    verifiedBytes: count,
    totalSize: count,
    downloadBytesPerSecond: fc.double({ min: 0, max: 1e12, noNaN: true }),
    uploadBytesPerSecond: fc.double({ min: -1, max: 1e12, noNaN: true }),
    connectedPeers: fc.nat(500),
    knownPeers: fc.nat(5000),
  });
  fc.assert(
    fc.property(fc.array(snapshot, { maxLength: 5 }), fc.boolean(), (parts, paused) => {
      const status = statusOf(
        parts.map((part) => ({ ...idle, ...part })),
        paused,
      );
      assert.ok(conforms(StatusSchema, status), JSON.stringify(status));
      assert.ok(status.progress <= 100 && status.downloaded <= status.total_size);
      assert.ok(status.total_peers >= status.connected_peers);
      assert.equal(status.paused, status.state === 'paused');
    }),
  );
});
