// What a caller may not have: refused with the reason, before the engine is asked for anything.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { conforms, FleetErrorSchema } from '@enjambre/contract';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { keepTorrent, makeContent, makeFleet } from './fleet-on-docker.ts';
import { RecordingProxy } from './recording-proxy.ts';

const TIMEOUT_MS = 60_000;
const HUGE_LENGTH = 2 * 1024 * 1024;

const lab = enterEngines();

describe('a create that nobody may ask for', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  const engine = lab!.engines[0];
  lab?.makeImage();

  it('is refused with the reason, and the engine hears nothing of it', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    const outside = temporaryFolder(t);
    symlinkSync(outside, join(fleet.root, 'link'));
    symlinkSync('/', join(fleet.root, 'everything'));
    mkdirSync(join(fleet.root, 'inside'));
    symlinkSync('../../..', join(fleet.root, 'inside', 'up'));
    await using proxy = await RecordingProxy.open(join(temporaryFolder(t), 'engine.sock'), engine.socket);
    const backend = await fleet.start(t, { host: proxy.host });
    const torrentFile = await keepTorrent(backend, torrent);
    const good = { containerName: 'abuse', torrentFile };
    const cases: [unknown, number, string | undefined][] = [
      // Folders that are not below the root.
      [{ ...good, folderPath: '/etc' }, 403, 'folderPath'],
      [{ ...good, folderPath: '/' }, 403, 'folderPath'],
      [{ ...good, folderPath: '..' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'a/../../b' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'link' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'link/deeper' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'everything/etc' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'inside/up' }, 403, 'folderPath'],
      [{ ...good, folderPath: '/var/run/docker.sock' }, 403, 'folderPath'],
      [{ ...good, folderPath: 'a\0b' }, 400, 'folderPath'],
      // Rights.
      [{ ...good, privileged: true }, 400, 'privileged'],
      [{ ...good, capAdd: ['SYS_ADMIN'] }, 400, 'capAdd'],
      [{ ...good, devices: ['/dev/sda'] }, 400, 'devices'],
      [{ ...good, binds: ['/:/host'] }, 400, 'binds'],
      [{ ...good, HostConfig: { Privileged: true } }, 400, 'HostConfig'],
      [{ ...good, labels: { 'enjambre.fleet': 'of-others' } }, 400, 'labels'],
      [{ ...good, env: ['LD_PRELOAD=/x'] }, 400, 'env'],
      [{ ...good, user: 'root' }, 400, 'user'],
      // Networks that are the engine's or somebody else's.
      [{ ...good, networkName: 'host' }, 400, 'networkName'],
      [{ ...good, networkName: 'none' }, 400, 'networkName'],
      [{ ...good, networkName: 'bridge' }, 400, 'networkName'],
      [{ ...good, networkName: 'container:tracker' }, 400, 'networkName'],
      // Images that nobody allowed.
      [{ ...good, imageName: 'nodebase:latest' }, 404, 'imageName'],
      [{ ...good, imageName: 'enjambre:latest@sha256:0' }, 404, 'imageName'],
      [{ ...good, imageName: 'evil.example/enjambre:latest' }, 404, 'imageName'],
      // Names and values.
      [{ ...good, containerName: '../tracker' }, 400, 'containerName'],
      [{ ...good, containerName: 'ñandú' }, 400, 'containerName'],
      [{ ...good, containerName: 'a' }, 400, 'containerName'],
      [{ ...good, containerName: 'a'.repeat(100_000) }, 400, 'containerName'],
      [{ ...good, discoveryMode: 'tracker --archives=/' }, 400, 'discoveryMode'],
      [{ ...good, peers: ['--token=x'] }, 400, 'peers'],
      [{ ...good, torrentFile: '../../etc/passwd' }, 404, undefined],
      [{ ...good, port: -1 }, 400, 'port'],
      // Hosts, of which this driver has one.
      [{ ...good, placement: { mode: 'global' } }, 400, 'placement'],
      [{ ...good, placement: { mode: 'replicas', replicas: 2 } }, 400, 'placement'],
      [{ ...good, placement: { mode: 'one', constraints: ['node.role==manager'] } }, 400, 'placement'],
      [{}, 400, undefined],
      [[], 400, undefined],
      ['abuse', 400, undefined],
      [undefined, 400, undefined],
      [{ ...good, folderPath: 'x'.repeat(HUGE_LENGTH) }, 413, undefined],
    ];
    assert.notEqual(proxy.seen.length, 0);
    proxy.seen.length = 0;
    for (const [request, status, field] of cases) {
      const answer = await backend.call('POST', '/api/containers', request);
      const words = JSON.stringify([request, answer.body]).slice(0, 300);
      assert.equal(answer.status, status, words);
      assert.ok(conforms(FleetErrorSchema, answer.body), words);
      if (field !== undefined) assert.equal(answer.body.field, field, words);
    }
    assert.deepEqual(proxy.seen, []);
    assert.deepEqual(readdirSync(outside), []);
    assert.equal(existsSync(join(fleet.root, 'abuse')), false);
    assert.deepEqual((await backend.call('GET', '/api/containers')).body, []);
    assert.equal(engine.docker('ps', '--all', '--format', '{{.Names}}'), 'tracker');
  });

  it('cannot take a name or a network of somebody else', async (t) => {
    const fleet = makeFleet(t, engine);
    const torrent = makeContent(t, fleet, 100_000);
    engine.docker('network', 'create', 'of-others');
    const backend = await fleet.start(t);
    const torrentFile = await keepTorrent(backend, torrent);
    const create = (request: object) => backend.call('POST', '/api/containers', { torrentFile, ...request });
    const foreignName = await create({ containerName: 'tracker' });
    assert.deepEqual([foreignName.status, codeOf(foreignName.body)], [409, 'name-taken']);
    const foreignNetwork = await create({ containerName: 'abuse', networkName: 'of-others' });
    assert.deepEqual([foreignNetwork.status, codeOf(foreignNetwork.body)], [404, 'network-not-found']);
    assert.equal(engine.docker('inspect', '--format', '{{.State.Running}}', 'tracker'), 'true');
    assert.equal(engine.docker('ps', '--all', '--format', '{{.Names}}'), 'tracker');
  });
});

function codeOf(body: unknown): string {
  return (body as { code: string }).code;
}
