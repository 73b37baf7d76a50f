import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { encodeBencode } from '@enjambre/metainfo';
import { silentLogger, systemClock } from '@enjambre/runtime';
import { FleetError } from '../../errors.ts';
import { driverContract, listener } from '../driver.contract.ts';
import { plainSpec } from '../plain-spec.fixture.ts';
import { findClientBundle } from './client-bundle.ts';
import { ProcessDriver } from './process-driver.ts';

const installation = join(import.meta.dirname, '../../../..');
const bundle = findClientBundle(installation);
const client = [process.execPath, bundle ?? join(installation, 'apps/cli/main.ts')];
const ID = plainSpec.id;

driverContract('process', async (t) => {
  const { driver, spec, pidOf } = make(t);
  return { driver, spec, crash: (id) => void process.kill(pidOf(id), 'SIGKILL') };
});

it('adopts what an earlier driver left running, and sees it end', async (t) => {
  const first = make(t);
  await first.driver.open(listener());
  const started = await first.driver.start(first.spec);
  await first.driver.close(false);
  const second = first.another();
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  await second.open(listener({ exited: resolve }));
  assert.deepEqual(second.get(ID)?.endpoint, started.endpoint);
  assert.deepEqual(second.get(ID)?.ports, started.ports);
  assert.ok(started.ports.every(({ ip }) => ip === '127.0.0.1'));
  assert.equal(second.get(ID)?.startedAt, started.startedAt);
  process.kill(first.pidOf(ID), 'SIGKILL');
  assert.equal(await exited, ID);
  assert.equal(second.get(ID), undefined);
});

it('takes no other process for its own, whatever a file says', async (t) => {
  const { driver, folder } = make(t);
  mkdirSync(join(folder, ID), { recursive: true });
  // This very process: alive, and not a client.
  const identity = { pid: process.pid, startTicks: null, token: 'x', startedAt: 1 };
  writeFileSync(join(folder, ID, 'process.json'), JSON.stringify(identity));
  await driver.open(listener());
  assert.equal(driver.get(ID), undefined);
});

it('says why a client could not start, in its own words, and keeps nothing running', async (t) => {
  const { driver, spec } = make(t);
  await driver.open(listener());
  const missing = { ...spec, torrentPath: '/there/is/no.torrent' };
  await assert.rejects(driver.start(missing), (error) => {
    assert.ok(error instanceof FleetError);
    assert.match(error.message, /ended at once\. It ended with exit code 2: .*no\.torrent: cannot be read/);
    return true;
  });
  assert.deepEqual(driver.running(), []);
});

function make(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'enjambre-driver-'));
  const folder = join(home, 'processes');
  const torrentPath = join(home, 'x.torrent');
  const info = { length: 5, name: 'hello.txt', 'piece length': 16384, pieces: Buffer.alloc(20, 1) };
  writeFileSync(torrentPath, encodeBencode({ info }));
  const program = { command: client, env: process.env, listenHost: '127.0.0.1' };
  const drivers: ProcessDriver[] = [];
  const another = () => {
    const driver = new ProcessDriver({ folder, program, clock: systemClock, logger: silentLogger });
    drivers.push(driver);
    return driver;
  };
  t.after(async () => {
    for (const driver of drivers) await driver.close(true);
    rmSync(home, { recursive: true, force: true });
  });
  const spec = {
    ...plainSpec,
    torrentPath,
    folder: join(home, 'downloads'),
  };
  const pidOf = (id: string): number => JSON.parse(readFileSync(join(folder, id, 'process.json'), 'utf8')).pid;
  return { driver: another(), another, spec, folder, pidOf };
}
