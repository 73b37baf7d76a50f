// Clients on both hosts of a Swarm that find each other with no tracker: over an overlay network, by the names of services and
// of their tasks.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerView, LogLine, Stats } from '@enjambre/contract';
import { startEnjambre } from '../contract/client-process.ts';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { type Engine, enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import type { Backend } from '../fleet/backend-process.ts';
import { until } from '../swarm/until.ts';
import { isComplete, keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet, readVolume, removeAll, untilNothingIsLeft } from './fleet-on-swarm.ts';

const TIMEOUT_MS = 120_000;
const SIZE = 4 * 1024 * 1024;
const NETWORK = 'lan';
const OVERLAY_PORT = 6000;
const PUBLIC_PORT = 16_000;
const LABEL_TRIES = 5;
const HOSTS = ['engine-1', 'engine-2'];

const lab = enterEngines(2);

describe('clients of a Swarm, with no tracker', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const [manager, worker] = lab!.engines;
  lab?.makeImage();
  lab?.joinSwarm();

  it('are spread over hosts, find each other by names of services and tasks, and are told apart', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    for (const host of HOSTS) {
      label(manager, host, `rack=${host}`);
    }
    const torrent = makeContent(t, fleet, SIZE, []);
    const backend = await fleet.start(t);
    assert.equal((await backend.call('POST', '/api/networks', { name: NETWORK, driver: 'overlay' })).status, 200);
    const torrentFile = await keepTorrent(backend, torrent);
    const member = { torrentFile, networkName: NETWORK, discoveryMode: 'overlay' };
    const by = (name: string) => ({ ...member, bootstrap: `${name}:${OVERLAY_PORT}` });
    const on = (host: string) => ({ placement: { mode: 'one', host } });
    await backend.create({
      containerName: 'seed',
      folderPath: 'seed',
      port: PUBLIC_PORT,
      ...member,
      ...on('engine-2'),
    });
    await backend.until('seed', isComplete);
    const placement = { mode: 'replicas', replicas: 2, spread: 'node.labels.rack' };
    const two = await backend.create({ containerName: 'two', placement, ...by('seed') });
    const spread = await backend.until('two', (row) => row.instances.length === 2 && isComplete(row));
    assert.deepEqual(spread.instances.map(({ host }) => host).sort(), HOSTS);
    const asked = manager.docker('service', 'inspect', '--format', '{{json .Spec.TaskTemplate.Placement}}', 'two');
    assert.deepEqual(JSON.parse(asked).Preferences, [{ Spread: { SpreadDescriptor: 'node.labels.rack' } }]);
    for (const { id, host } of spread.instances) {
      const engine = host === 'engine-1' ? manager : worker;
      assert.deepEqual(readVolume(engine, `enjambre-${two}-${id}`, 'data-1.bin'), torrent.data);
    }

    // By the names that Swarm gives all tasks of a service, and one of them.
    await backend.create({ containerName: 'by-tasks', ...by('tasks.two'), ...on('engine-1') });
    const task = lab!.engines.flatMap((engine) => engine.docker('ps', '--format', '{{.Names}}').split('\n'));
    const first = task.find((name) => name.startsWith('two.1.'))!;
    await backend.create({ containerName: 'by-task', ...by(first), ...on('engine-2') });
    for (const name of ['by-tasks', 'by-task']) {
      await backend.until(name, (row) => isComplete(row) && knowsAll(row));
    }

    // From outside of their network, at the port of the host.
    const outside = startEnjambre(t, [
      ...['client', `--torrent-file=${torrent.path}`, `--archives=${temporaryFolder(t)}`, '--http-port=auto'],
      ...['--listen-port=0', '--overlay-port=0', '--discovery-mode=overlay', `--bootstrap=10.77.0.2:${PUBLIC_PORT}`],
    ]);
    const { httpPort } = await outside.line(/^listening/);
    const known = async () =>
      ((await (await fetch(`http://127.0.0.1:${httpPort}/status`)).json()) as { total_peers: number }).total_peers;
    await until('it hears of somebody', async () => ((await known()) > 0 ? true : undefined));

    await saysWhoWrote(backend, spread);
    const { status, body } = await backend.call('GET', `/api/containers/${two}/stats`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok((body as Stats).networkRxBytes >= SIZE, JSON.stringify(body));

    await removeAll(backend, ['seed', 'two', 'by-tasks', 'by-task']);
    await untilNothingIsLeft(lab!);
  });
});

/** Each line of its log, in whatever form; and that of a container that has one instance no line. */
async function saysWhoWrote({ url, call }: Backend, { id, instances }: ContainerView): Promise<void> {
  const expected = instances.map((one) => `${one.id}@${one.host}`).sort();
  const { lines } = (await call('GET', `/api/v1/containers/${id}/log?tail=all`)).body as { lines: LogLine[] };
  for (const { text, at } of lines) assert.ok(text.startsWith('{') && at !== null, text);
  assert.deepEqual([...new Set(lines.map(({ instance, host }) => `${instance}@${host}`))].sort(), expected);
  const { logs } = (await call('GET', `/api/containers/${id}/logs?tail=all`)).body as { logs: string };
  const prefixes = (text: string) => text.split('\n').map((line) => /^(\S+) \| \{/.exec(line)?.[1]);
  assert.deepEqual([...new Set(prefixes(logs.trimEnd()))].sort(), expected);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/logs/${id}`);
  const live = new Set<string | undefined>();
  const { promise: both, resolve } = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    for (const prefix of prefixes(String(data))) live.add(prefix);
    if (live.size >= expected.length) resolve();
  });
  await both;
  socket.close();
  assert.deepEqual([...live].sort(), expected);
  const one = (await call('GET', '/api/v1/containers/seed/log')).body as { lines: LogLine[] };
  assert.ok(one.lines.length > 0);
  for (const line of one.lines) assert.deepEqual(Object.keys(line).sort(), ['at', 'text']);
}

/** The seed, the two, and the other that has come after them. */
function knowsAll({ status }: ContainerView): boolean {
  return status !== null && status.total_peers === 4;
}

/** Asked again when the manager wrote what it heard of that host in the moment between its look and our change. */
function label(manager: Engine, host: string, words: string): void {
  const node = manager.docker('node', 'ls', '--quiet', '--filter', `name=${host}`);
  for (let tries = 1; ; tries++) {
    try {
      return void manager.docker('node', 'update', '--label-add', words, node);
    } catch (error) {
      if (tries === LABEL_TRIES || !String(error).includes('update out of sequence')) throw error;
    }
  }
}
