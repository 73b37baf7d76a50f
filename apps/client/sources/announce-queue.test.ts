import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '@enjambre/runtime';
import type { AnnounceQuestion, TrackerCaller } from '@enjambre/tracker';
import { AnnounceQueue } from './announce-queue.ts';

const url = new URL('http://127.0.0.1/announce');
const request: AnnounceQuestion = {
  infoHash: new Uint8Array(20),
  peerId: new Uint8Array(20),
  port: 1,
  uploadedBytes: 0,
  downloadedBytes: 0,
  leftBytes: 0,
  event: 'started',
  numWant: 0,
  key: '',
  trackerId: undefined,
  announcedHosts: {},
};

function setUp() {
  const clock = new FakeClock();
  /** Answers the oldest question that is out. */
  const out: (() => void)[] = [];
  const caller: TrackerCaller = {
    announce: () => new Promise((resolve) => out.push(() => resolve({ code: 'refused', message: 'answered' }))),
    scrape: async () => new Map(),
  };
  const queue = new AnnounceQueue(clock).over({ 'http:': caller })['http:'];
  const ask = (over: Partial<AnnounceQuestion> = {}, signal = new AbortController().signal) =>
    queue.announce(url, { ...request, ...over }, signal);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await setImmediate();
  };
  return { out, ask, pass };
}

test('torrents at rest are announced one by one, twenty a second, and eight at a time', async () => {
  const { out, ask, pass } = setUp();
  for (let index = 0; index < 30; index++) void ask();
  await pass(0);
  assert.equal(out.length, 1);
  await pass(50);
  assert.equal(out.length, 2);
  for (let step = 0; step < 40; step++) await pass(50);
  assert.equal(out.length, 8);
  for (const answer of out.splice(0, 4)) answer();
  for (let step = 0; step < 40; step++) await pass(50);
  assert.equal(out.length, 8);
});

test('who needs peers, or says that something ended, does not wait for those at rest', async () => {
  const { out, ask, pass } = setUp();
  for (let index = 0; index < 100; index++) void ask();
  for (let index = 0; index < 20; index++) void ask({ leftBytes: 1 });
  for (let index = 0; index < 20; index++) void ask({ event: index % 2 === 0 ? 'stopped' : 'completed' });
  await pass(0);
  assert.equal(out.length, 1 + 32);
  for (const answer of out.splice(0)) answer();
  await pass(0);
  assert.equal(out.length, 8);
});

test('one that is given up while it waits asks nobody', async () => {
  const { out, ask, pass } = setUp();
  const giveUp = new AbortController();
  void ask();
  const waiting = ask({}, giveUp.signal);
  await pass(0);
  giveUp.abort();
  assert.deepEqual(await waiting, { code: 'aborted', message: 'given up' });
  assert.deepEqual(await ask({}, giveUp.signal), { code: 'aborted', message: 'given up' });
  await pass(1000);
  assert.equal(out.length, 1);
});
