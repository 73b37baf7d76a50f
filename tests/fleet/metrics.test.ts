// /metrics of the backend and of a client, as Prometheus reads them: real ones, with something to tell.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startClient } from '../contract/client-process.ts';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { startBackend } from './backend-process.ts';

const TIMEOUT_MS = 60_000;

/** The values by series, `name{labels}`. Fails on a line that the format has not. */
function readMetrics(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    if (/^# (HELP [a-z_]+ \S.*|TYPE [a-z_]+ (gauge|counter))$/.test(line)) continue;
    const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    assert.ok(name !== undefined && Number.isFinite(Number(value)), line);
    assert.ok(!series.has(name), `${name} twice`);
    series.set(name, Number(value));
  }
  return series;
}

test('a client sums over its torrents, and names every state', { timeout: TIMEOUT_MS }, async (t) => {
  const { path, complete } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${complete}`]);
  const ask = async () => readMetrics(await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text());
  let metrics = await ask();
  while (metrics.get('enjambre_torrents{state="completed"}') !== 1) metrics = await ask();
  assert.equal(metrics.get('enjambre_verified_bytes'), 100_000);
  assert.equal(metrics.get('enjambre_size_bytes'), 100_000);
  assert.equal([...metrics.keys()].filter((key) => key.startsWith('enjambre_torrents{')).length, 7);
  assert.ok(metrics.get('process_resident_memory_bytes')! > 1e6);
});

test('the backend counts its containers by state and tells of each by its name', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  for (const name of ['one', 'two']) await backend.create({ name, torrentFile: 'x.torrent' });
  await backend.until('one', ({ health }) => health === 'healthy');
  await backend.call('POST', '/api/containers/two/stop');
  const { status, headers, body } = await backend.call('GET', '/metrics');
  assert.deepEqual([status, headers.get('content-type')], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  const metrics = readMetrics(String(body));
  assert.equal(metrics.get('enjambre_containers_by_state{state="running"}'), 1);
  assert.equal(metrics.get('enjambre_containers_by_state{state="exited"}'), 1);
  assert.equal(metrics.get('enjambre_container_size_bytes{name="one"}'), 100_000);
  assert.equal(metrics.get('enjambre_container_size_bytes{name="two"}'), undefined);
  // What does not run now may be what is started again and again.
  assert.equal(metrics.get('enjambre_container_restarts_total{name="two"}'), 0);
  assert.equal(metrics.get('enjambre_driver_up'), 1);
});
