// The driver on a real Swarm of two engines of its own.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Placement } from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { silentLogger, systemClock } from '@enjambre/runtime';
import { enterEngines, whyNoEngines } from '../../../../tests/engines/engine-lab.ts';
import { FleetError } from '../../errors.ts';
import { driverContract, listener } from '../driver.contract.ts';
import type { Exit, InstanceSpec } from '../driver.ts';
import { ID_LABEL } from '../engine/labels.ts';
import { plainSpec } from '../plain-spec.fixture.ts';
import { SwarmDriver } from './swarm-driver.ts';

const skip = whyNoEngines();
const lab = enterEngines(2);
/** Swarm takes seconds to end a container, however many do. */
const AT_ONCE = 4;

let fleets = 0;

describe('on a real Swarm', { skip, concurrency: AT_ONCE }, () => {
  lab?.makeImage();
  lab?.joinSwarm();
  const manager = lab!.engines[0];

  driverContract(
    'docker-swarm',
    async (t) => {
      const { driver, spec } = make(t, { mode: 'one', host: 'engine-1' });
      const crash = () => void manager.docker('kill', manager.docker('ps', '--quiet', '--filter', `name=${spec.name}`));
      return { driver, spec, crash };
    },
    { concurrency: AT_ONCE },
  );

  it('finds what an earlier driver left running, with its token and its .torrent, and sees it end', async (t) => {
    const first = make(t, { mode: 'one', host: 'engine-1' });
    const wanted = first.spec.id;
    await first.driver.open(listener());
    const started = await first.driver.start(first.spec);
    await first.driver.close(false);
    const second = first.another();
    const { promise: ended, resolve } = Promise.withResolvers<[string, Exit]>();
    const { promise: back, resolve: started2 } = Promise.withResolvers<string>();
    await second.open(listener({ exited: (id, exit) => resolve([id, exit]), started: started2 }));
    assert.deepEqual(second.get(wanted), started);
    assert.match(started.endpoint?.token ?? '', /^[\w-]{32}$/);
    const { text, running, torrent } = (await second.keepsake(wanted))!;
    assert.deepEqual([text, running], [first.spec.keepsake, true]);
    assert.deepEqual(Buffer.from(torrent!), readFileSync(first.spec.torrentPath));
    manager.docker('kill', manager.docker('ps', '--quiet', '--filter', `name=${first.spec.name}`));
    const [id, { signal, message }] = await ended;
    assert.deepEqual([id, signal], [wanted, 'SIGKILL']);
    assert.match(message, /^It was ended by SIGKILL/);
    // Swarm has it in its care, whoever watches.
    assert.equal(await back, wanted);
  });

  it('gives a container no right that it does not need', async (t) => {
    const { driver, spec } = make(t, { mode: 'one', host: 'engine-1' });
    await driver.open(listener());
    const { endpoint, host } = await driver.start(spec);
    const [shown] = JSON.parse(
      manager.docker('inspect', manager.docker('ps', '--quiet', '--filter', `name=${spec.name}`)),
    );
    const { HostConfig: rights, Config: config, Mounts: mounts } = shown;
    assert.deepEqual([rights.Privileged, rights.ReadonlyRootfs, rights.Init], [false, true, true]);
    assert.deepEqual([rights.CapDrop, rights.CapAdd], [['ALL'], null]);
    assert.deepEqual([rights.PidsLimit, rights.Memory, rights.NanoCpus], [100, 256 * 1024 * 1024, 5e8]);
    assert.equal(config.User, '1000:1000');
    const data = mounts.filter(({ Destination }: Record<string, string>) => Destination === '/downloads');
    assert.deepEqual([data[0].Type, data[0].Name], ['volume', `enjambre-${spec.id}`]);
    assert.deepEqual(
      mounts.filter(({ Type }: Record<string, string>) => Type === 'bind'),
      [],
    );
    assert.equal(JSON.stringify(config.Cmd).includes(endpoint!.token), false, 'the token is in argv');
    assert.deepEqual([host, endpoint!.host], ['engine-1', '10.77.0.1']);
  });

  it('runs replicas on all hosts, each with a volume of its own, and stops and removes all', async (t) => {
    const { driver, spec } = make(t, { mode: 'replicas', replicas: 2 });
    const { id } = spec;
    const volume = `enjambre-${id}`;
    const both = Promise.withResolvers<void>();
    const states = () => driver.replication.replicas(id).map(({ host, state }) => [host, state].join(' '));
    const changed = () => states().filter((one) => one.endsWith('running')).length === 2 && both.resolve();
    await driver.open(listener({ changed }));
    const { host } = await driver.start(spec);
    assert.equal(host, null);
    changed();
    await both.promise;
    assert.deepEqual(states().sort(), ['engine-1 running', 'engine-2 running']);
    assert.deepEqual(
      (await driver.hosts()).map(({ instances }) => instances),
      [1, 1],
    );
    const volumes = lab!.engines.map((engine) =>
      engine.docker('volume', 'ls', '--quiet', '--filter', `name=${volume}-`),
    );
    assert.deepEqual(volumes.sort(), [`${volume}-1`, `${volume}-2`]);
    const mebibyte = 1024 * 1024;
    const { memoryBytes, memoryLimitBytes, cpuPercent } = (await driver.stats(id))!;
    assert.equal(memoryLimitBytes, 2 * 256 * mebibyte);
    assert.ok(memoryBytes > 2 * 10 * mebibyte && memoryBytes < memoryLimitBytes, `${memoryBytes} bytes`);
    assert.ok(cpuPercent > 0 && cpuPercent <= 2 * 50, `${cpuPercent} %`);
    await driver.stop(id);
    assert.deepEqual(states(), []);
    for (const engine of lab!.engines) assert.equal(engine.docker('ps', '--quiet', '--filter', labelOf(spec)), '');
    await driver.remove(id);
    assert.equal(left(spec), '');
  });

  it('says why a client could not start, and that no host would do, and leaves nothing', async (t) => {
    const { driver, spec } = make(t);
    await driver.open(listener());
    const placement: Placement = { mode: 'one', constraints: ['node.labels.disk==ssd'] };
    const impossible = { ...spec, placement };
    await assert.rejects(driver.start(impossible), (error) => {
      assert.ok(error instanceof FleetError && error.code === 'start-failed', String(error));
      assert.match(error.message, /no host.*scheduling constraints not satisfied/);
      return true;
    });
    await assert.rejects(driver.check({ ...spec, placement: { mode: 'one', host: 'nowhere' } }), {
      code: 'host-not-found',
    });
    writeFileSync(spec.torrentPath, 'no torrent');
    await assert.rejects(driver.start(spec), (error) => {
      assert.ok(error instanceof FleetError && error.code === 'start-failed', String(error));
      assert.match(error.message, /ended at once\. It ended with exit code 2: .*(not a \.torrent|bencode)/);
      return true;
    });
    writeFileSync(spec.torrentPath, Buffer.alloc(600 * 1024));
    await assert.rejects(driver.start(spec), { code: 'too-large', field: 'torrentFile' });
    assert.equal(left(spec), '');
    assert.deepEqual(await driver.known(), []);
  });

  it('touches no service but its own, whatever it is called', async (t) => {
    const { driver, spec } = make(t);
    manager.docker(
      'service',
      'create',
      '--detach',
      '--name',
      spec.name,
      '--replicas=0',
      'enjambre',
      'client',
      '--help',
    );
    t.after(() => manager.docker('service', 'rm', spec.name));
    await driver.open(listener());
    assert.deepEqual(await driver.known(), []);
    await assert.rejects(driver.start(spec), { code: 'name-taken' });
    const named = ['--format', '{{.Name}} {{.Replicas}}', '--filter', `name=${spec.name}`];
    assert.equal(manager.docker('service', 'ls', ...named), `${spec.name} 0/0`);
  });
});

function labelOf({ id }: InstanceSpec): string {
  return `label=${ID_LABEL}=${id}`;
}

/** Services and configs. */
function left(spec: InstanceSpec): string {
  const [manager] = lab!.engines;
  return ['service', 'config'].map((kind) => manager.docker(kind, 'ls', '--quiet', '--filter', labelOf(spec))).join('');
}

function make(t: TestContext, placement: Placement | null = null) {
  const home = mkdtempSync(join(tmpdir(), 'enjambre-swarm-'));
  const torrentPath = join(home, 'x.torrent');
  const info = { length: 5, name: 'hello.txt', 'piece length': 16384, pieces: Buffer.alloc(20, 1) };
  writeFileSync(torrentPath, encodeBencode({ info }));
  // Those of another test do not see it.
  const id = `${++fleets}`.padStart(12, '0');
  const name = `plain-${id.slice(-2)}`;
  const policy = { fleet: name, image: 'enjambre:latest', network: `${name}-network`, user: '1000:1000' };
  const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 0.5, pids: 100 };
  const drivers: SwarmDriver[] = [];
  const another = () => {
    const driver = new SwarmDriver({
      host: lab!.engines[0].host,
      policy: { ...policy, ...limits },
      allowedImages: [],
      ...{ clock: systemClock, logger: silentLogger },
    });
    drivers.push(driver);
    return driver;
  };
  t.after(async () => {
    for (const driver of drivers) {
      for (const id of await driver.known()) await driver.remove(id);
      await driver.close(true);
    }
    rmSync(home, { recursive: true, force: true });
  });
  return {
    driver: another(),
    another,
    spec: {
      ...plainSpec,
      id,
      name,
      torrentPath,
      folder: `volume:enjambre-${id}`,
      placement,
      keepsake: '{"kept":true}',
    },
  };
}
