// The driver on a real engine of its own.

import assert from 'node:assert/strict';
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { encodeBencode } from '@enjambre/metainfo';
import { silentLogger, systemClock } from '@enjambre/runtime';
import { enterEngines, whyNoEngines } from '../../../../tests/engines/engine-lab.ts';
import { FleetError } from '../../errors.ts';
import { driverContract, listener } from '../driver.contract.ts';
import type { Exit } from '../driver.ts';
import { plainSpec } from '../plain-spec.fixture.ts';
import { DockerDriver } from './docker-driver.ts';

const skip = whyNoEngines();
const lab = enterEngines();
const ID = plainSpec.id;
const USER = 1000;

describe('on a real engine', { skip }, () => {
  lab?.makeImage();
  const engine = lab!.engines[0];

  driverContract('docker', async (t) => {
    const { driver, spec } = make(t);
    return { driver, spec, crash: () => void engine.docker('kill', spec.name) };
  });

  it('finds what an earlier driver left running, with its token, and sees it end', async (t) => {
    const first = make(t);
    await first.driver.open(listener());
    const started = await first.driver.start(first.spec);
    await first.driver.close(false);
    const second = first.another();
    const { promise, resolve } = Promise.withResolvers<[string, Exit]>();
    await second.open(listener({ exited: (id, exit) => resolve([id, exit]) }));
    assert.deepEqual(second.get(ID), started);
    const { text, running } = (await second.keepsake(ID))!;
    assert.deepEqual([text, running], [first.spec.keepsake, true]);
    engine.docker('kill', first.spec.name);
    const [id, { signal, message }] = await promise;
    assert.deepEqual([id, signal], [ID, 'SIGKILL']);
    assert.match(message, /^It was ended by SIGKILL/);
  });

  it('gives a container no right that it does not need', async (t) => {
    const { driver, spec } = make(t);
    await driver.open(listener());
    await driver.start(spec);
    const [shown] = JSON.parse(engine.docker('inspect', spec.name));
    const { HostConfig: host, Config: config, Mounts: mounts } = shown;
    assert.deepEqual([host.Privileged, host.ReadonlyRootfs, host.AutoRemove, host.CapAdd], [false, true, false, null]);
    assert.deepEqual([host.CapDrop, host.SecurityOpt], [['ALL'], ['no-new-privileges']]);
    assert.deepEqual([host.PidsLimit, host.Memory, host.NanoCpus], [100, 256 * 1024 * 1024, 5e8]);
    assert.deepEqual([host.RestartPolicy.Name, config.User], ['unless-stopped', '1000:1000']);
    assert.deepEqual(Object.keys(host.PortBindings), ['9091/tcp']);
    const binds = mounts.filter(({ Type }: { Type: string }) => Type === 'bind');
    assert.deepEqual(
      binds.map(({ Source, Destination }: Record<string, string>) => [Source, Destination]),
      [[spec.folder, '/downloads']],
    );
    assert.equal(JSON.stringify(config.Cmd).includes(config.Env[0].split('=')[1]), false, 'the token is in argv');
    assert.match(shown.NetworkSettings.Ports['9091/tcp'][0].HostIp, /^127\.0\.0\.1$/);
  });

  it('restarts one that crashes before the fleet has to, and tells of both', async (t) => {
    const { driver, spec } = make(t);
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = (id: string) => resolve(void told.push(`started ${id}`));
    await driver.open(listener({ exited: (id, { code }) => void told.push(`exited ${id} ${code}`), started }));
    await driver.start(spec);
    // From inside, so that the engine takes it for a crash. Nobody waits for the one who does it: the kernel ends all that
    // runs in a container with its process 1, and a quick client takes him along before he can say that he did it.
    engine.docker('exec', '--detach', spec.name, 'node', '-e', 'process.kill(1, "SIGTERM")');
    await promise;
    assert.deepEqual(told, [`exited ${ID} 0`, `started ${ID}`]);
    assert.notEqual(driver.get(ID), undefined);
  });

  it('says why a client could not start, in its own words, and leaves no container', async (t) => {
    const { driver, spec } = make(t);
    await driver.open(listener());
    writeFileSync(spec.torrentPath, 'no torrent');
    await assert.rejects(driver.start(spec), (error) => {
      assert.ok(error instanceof FleetError);
      assert.match(error.message, /ended at once\. It ended with exit code 2: .*not a \.torrent|bencode/);
      return true;
    });
    assert.equal(engine.docker('ps', '--all', '--quiet'), '');
    assert.equal(engine.docker('volume', 'ls', '--quiet'), '');
    assert.deepEqual(await driver.known(), []);
  });

  it('touches no container but its own, whatever it is called', async (t) => {
    const { driver, spec } = make(t);
    engine.docker('create', '--name', spec.name, '--label', 'enjambre.fleet=of-others', 'enjambre', 'client', '--help');
    t.after(() => engine.docker('rm', spec.name));
    await driver.open(listener());
    assert.deepEqual(await driver.known(), []);
    await assert.rejects(driver.start(spec), { code: 'name-taken' });
    assert.equal(engine.docker('ps', '--all', '--format', '{{.Names}} {{.Status}}'), `${spec.name} Created`);
  });

  it('follows no link that was put where the folder was', async (t) => {
    const { driver, spec } = make(t);
    await driver.open(listener());
    await driver.start(spec);
    await driver.stop(spec.id);
    rmSync(spec.folder, { recursive: true });
    symlinkSync('/', spec.folder);
    await assert.rejects(driver.start(spec), { code: 'path-outside-root' });
    assert.equal(engine.docker('inspect', '--format', '{{.State.Running}}', spec.name), 'false');
  });

  it('refuses a port that is in use', async (t) => {
    const { driver, spec } = make(t);
    await driver.open(listener());
    await driver.start({ ...spec, overlayPort: 6001 });
    const other = { ...spec, id: 'aaaaaaaaaaaa', name: 'other', overlayPort: 6001 };
    await assert.rejects(driver.start(other), { code: 'port-taken', field: 'port' });
    assert.deepEqual(await driver.known(), [ID]);
  });
});

function make(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'enjambre-docker-'));
  const torrentPath = join(home, 'x.torrent');
  const info = { length: 5, name: 'hello.txt', 'piece length': 16384, pieces: Buffer.alloc(20, 1) };
  writeFileSync(torrentPath, encodeBencode({ info }));
  const folder = join(home, 'downloads');
  mkdirSync(folder);
  chownSync(folder, USER, USER);
  const policy = { fleet: 'tests', image: 'enjambre:latest', network: 'enjambre', user: `${USER}:${USER}` };
  const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 0.5, pids: 100 };
  const drivers: DockerDriver[] = [];
  const another = () => {
    const world = { clock: systemClock, logger: silentLogger };
    const driver = new DockerDriver({
      host: lab!.engines[0].host,
      policy: { ...policy, ...limits },
      allowedImages: [],
      ...world,
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
  return { driver: another(), another, spec: { ...plainSpec, torrentPath, folder, keepsake: '{"kept":true}' } };
}
