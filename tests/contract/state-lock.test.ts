// One --state-dir, one client: the second is refused while the first runs, whatever it has to do, and not after a kill -9.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startClient, startEnjambre } from './client-process.ts';
import { temporaryFolder } from './torrent-fixture.ts';

const PORTS = ['--listen-port=0', '--listen-host=127.0.0.1', '--http-port=auto'];
/** Of a client that should have been refused. */
const PATIENCE = '--timeout=20';

function place(t: TestContext) {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  const flags = (archives: string) => [`--state-dir=${state}`, `--archives=${join(folder, archives)}`];
  return { state, flags };
}

test('a second client is refused by the number of the first, and starts when that one is gone, also by kill -9', async (t) => {
  const { state, flags } = place(t);
  const first = await startClient(t, flags('one'));
  const { code, stderr } = await startEnjambre(t, ['client', ...PORTS, PATIENCE, ...flags('two')]).ended;
  const pid = readdirSync(state)[0].split('-')[0];
  const line = `enjambre client: --state-dir ${state}: another client (process ${pid}) uses it\n`;
  assert.deepEqual([code, stderr], [2, line]);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startClient(t, flags('two'));
  assert.equal(readdirSync(state).length, 1);
  second.child.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
  assert.deepEqual(readdirSync(state), []);
});

test('one that cannot be written is named at the start, and the client goes on', {
  skip: process.platform !== 'linux' && 'nobody may write into /proc, not even root',
}, async (t) => {
  const archives = `--archives=${join(temporaryFolder(t), 'archives')}`;
  const { line } = await startClient(t, ['--state-dir=/proc/enjambre', archives]);
  const { level, message } = await line(/--state-dir/);
  assert.equal(level, 'warn');
  assert.match(message, /^--state-dir \/proc\/enjambre: cannot be written: [^:]+; nothing new is remembered/);
});

test('of eight that start at once one runs', async (t) => {
  const { flags } = place(t);
  const clients = Array.from({ length: 8 }, (_, index) =>
    startEnjambre(t, ['client', ...PORTS, PATIENCE, ...flags(`archives-${index}`)]),
  );
  const listening = await Promise.all(
    clients.map((client) =>
      Promise.race([
        client.line(/^listening$/).then(
          () => true,
          () => false,
        ),
        client.ended.then(() => false),
      ]),
    ),
  );
  assert.equal(listening.filter(Boolean).length, 1);
});

test('a process that has the number of one that was killed is no client', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { state, flags } = place(t);
  mkdirSync(state);
  // Ours, of another time.
  const room = readlinkSync('/proc/self/ns/pid').slice('pid:['.length, -1);
  writeFileSync(join(state, `${process.pid}-1-${room}.client`), 'held\n');
  await startClient(t, flags('one'));
});
