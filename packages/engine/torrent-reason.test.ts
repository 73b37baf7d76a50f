import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ReasonFacts, reasonCodeOf, reasonOf } from './torrent-reason.ts';

const stalled: ReasonFacts = {
  phase: 'active',
  problem: undefined,
  isPaused: false,
  isComplete: false,
  isPrivate: false,
  hadPieces: 3,
  pieceCount: 10,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  isLimited: false,
  isCrowdedOut: false,
  connected: 0,
  interested: 0,
  untold: 0,
  useful: 0,
  choking: 0,
  snubbed: 0,
  dialable: 0,
  unreachable: 0,
  sources: 1,
  sourceErrors: [],
};

test('the first that holds is the reason', () => {
  const useful = { connected: 3, useful: 2 };
  const full = { code: 'disk-full', message: 'x cannot be written: the disk is full' } as const;
  const rows: [Partial<ReasonFacts>, string][] = [
    [{ phase: 'opening', problem: full, isPaused: true }, 'starting'],
    [{ phase: 'checking', problem: full, isPaused: true }, 'checking'],
    [{ phase: 'error', problem: full, isPaused: true, isComplete: true }, 'disk-full'],
    [{ phase: 'stopped', isPaused: true }, 'stopped'],
    [{ isPaused: true, isComplete: true }, 'paused'],
    [{ isComplete: true, uploadBytesPerSecond: 1 }, 'seeding'],
    [{ isComplete: true, connected: 4 }, 'nobody-asks'],
    [{ downloadBytesPerSecond: 1, ...useful, choking: 2 }, 'downloading'],
    [{ sources: 0 }, 'no-sources'],
    [{ sources: 2, sourceErrors: ['tracker: timed out'] }, 'no-peers-known'],
    [{ sourceErrors: ['tracker: timed out'] }, 'sources-failing'],
    [{ isPrivate: true }, 'private-no-peers'],
    [{}, 'no-peers-known'],
    [{ dialable: 2, unreachable: 2 }, 'none-reachable'],
    [{ dialable: 2, unreachable: 1 }, 'connecting'],
    [{ dialable: 2, unreachable: 1, isCrowdedOut: true }, 'connections-used-up'],
    [{ connected: 1, untold: 1 }, 'connecting'],
    [{ connected: 2, untold: 1 }, 'pieces-missing'],
    [{ ...useful, isLimited: true, choking: 2 }, 'download-limited'],
    [{ ...useful, choking: 2 }, 'all-choking'],
    [{ ...useful, choking: 1, snubbed: 1 }, 'peers-silent'],
    [{ ...useful, choking: 1 }, 'waiting'],
  ];
  for (const [over, code] of rows) assert.equal(reasonCodeOf({ ...stalled, ...over }), code);
});

test('every reason comes with its sentence, and that of the disk is the disk’s own', () => {
  const problem = { code: 'not-writable', message: 'a cannot be written: read-only' } as const;
  assert.deepEqual(reasonOf({ ...stalled, phase: 'error', problem }), problem);
  const counts = fc.nat(3);
  const facts = fc.record({
    phase: fc.constantFrom('opening', 'checking', 'active', 'stopped'),
    isPaused: fc.boolean(),
    isComplete: fc.boolean(),
    isPrivate: fc.boolean(),
    isLimited: fc.boolean(),
    isCrowdedOut: fc.boolean(),
    downloadBytesPerSecond: counts,
    uploadBytesPerSecond: counts,
    connected: counts,
    interested: counts,
    untold: counts,
    useful: counts,
    choking: counts,
    snubbed: counts,
    dialable: counts,
    unreachable: counts,
    sources: counts,
  });
  fc.assert(
    fc.property(facts, (some) => {
      const { code, message } = reasonOf({ ...stalled, ...some } as ReasonFacts);
      assert.match(message, /^[A-Z].*\.$/, code);
      assert.doesNotMatch(message, /undefined|NaN/, code);
    }),
  );
});
