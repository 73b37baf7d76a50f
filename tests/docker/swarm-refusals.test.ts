// What a caller may not have of a Swarm: refused with the reason, before its manager is asked for anything.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { conforms, FleetErrorSchema } from '@enjambre/contract';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { enterEngines, whyNoEngines } from '../engines/engine-lab.ts';
import { keepTorrent, makeContent } from './fleet-on-docker.ts';
import { makeSwarmFleet } from './fleet-on-swarm.ts';
import { RecordingProxy } from './recording-proxy.ts';

const TIMEOUT_MS = 60_000;

const lab = enterEngines(2);

describe('a create that nobody may ask a Swarm for', { skip: whyNoEngines(), timeout: TIMEOUT_MS }, () => {
  lab?.makeImage();
  lab?.joinSwarm();

  it('is refused with the reason, and its manager hears nothing of it', async (t) => {
    const fleet = makeSwarmFleet(t, lab!);
    const torrent = makeContent(t, fleet, 100_000);
    const path = join(temporaryFolder(t), 'engine.sock');
    await using proxy = await RecordingProxy.open(path, fleet.manager.socket);
    const backend = await fleet.start(t, { host: proxy.host });
    const torrentFile = await keepTorrent(backend, torrent);
    const good = { containerName: 'abuse', torrentFile };
    const placed = (placement: unknown) => ({ ...good, placement });
    const cases: [unknown, number, string | undefined][] = [
      [placed('everywhere'), 400, 'placement'],
      [placed({}), 400, undefined],
      [placed({ mode: 'everywhere' }), 400, undefined],
      [placed({ mode: 'one', privileged: true }), 400, undefined],
      [placed({ mode: 'replicas' }), 400, 'placement'],
      [placed({ mode: 'replicas', replicas: 0 }), 400, undefined],
      [placed({ mode: 'replicas', replicas: 100_000 }), 400, undefined],
      [placed({ mode: 'replicas', replicas: '2' }), 400, undefined],
      [placed({ mode: 'global', replicas: 2 }), 400, 'placement'],
      [placed({ mode: 'global', host: 'engine-1' }), 400, 'placement'],
      [placed({ mode: 'one', spread: 'node.labels.rack' }), 400, 'placement'],
      [placed({ mode: 'replicas', replicas: 2, spread: 'rack' }), 400, 'placement'],
      [placed({ mode: 'one', host: 'nowhere' }), 404, 'placement'],
      [placed({ mode: 'one', host: '../engine-1' }), 400, 'placement'],
      [placed({ mode: 'one', host: '' }), 400, 'placement'],
      [placed({ mode: 'one', constraints: 'node.role==manager' }), 400, undefined],
      [placed({ mode: 'one', constraints: ['node.role'] }), 400, 'placement'],
      [placed({ mode: 'one', constraints: ['role==manager'] }), 400, 'placement'],
      [placed({ mode: 'one', constraints: ['node.labels.a==b\n--privileged'] }), 400, 'placement'],
      [placed({ mode: 'one', constraints: ['node.labels.ñ==b'] }), 400, 'placement'],
      [placed({ mode: 'one', constraints: [`node.labels.a==${'b'.repeat(10_000)}`] }), 400, 'placement'],
      [placed({ mode: 'one', constraints: Array(21).fill('node.role==manager') }), 400, undefined],
      [{ ...good, mounts: [{ Type: 'bind', Source: '/' }] }, 400, 'mounts'],
      [{ ...good, secrets: ['key'] }, 400, 'secrets'],
      [{ ...good, replicas: 2 }, 400, 'replicas'],
      [{ ...good, containerName: 'a.b' }, 400, 'containerName'],
      [{ ...good, folderPath: '/etc' }, 403, 'folderPath'],
      [{ ...good, networkName: 'ingress' }, 400, 'networkName'],
      [{ ...good, imageName: 'nodebase:latest' }, 404, 'imageName'],
    ];
    await backend.call('GET', '/api/networks');
    assert.notEqual(proxy.seen.length, 0);
    const looks = /^GET \/v1\.41\/(services|tasks|nodes)[? ]/;
    proxy.seen.length = 0;
    for (const [request, status, field] of cases) {
      const answer = await backend.call('POST', '/api/containers', request);
      const words = JSON.stringify([request, answer.body]).slice(0, 300);
      assert.equal(answer.status, status, words);
      assert.ok(conforms(FleetErrorSchema, answer.body), words);
      if (field !== undefined) assert.equal(answer.body.field, field, words);
    }
    // It looks by itself every ten seconds, whoever asks for what.
    assert.deepEqual(
      proxy.seen.filter((line) => !looks.test(line)),
      [],
    );
    assert.deepEqual((await backend.call('GET', '/api/containers')).body, []);
    assert.equal(fleet.manager.docker('service', 'ls', '--format', '{{.Name}}'), 'tracker');
    assert.equal(fleet.manager.docker('config', 'ls', '--quiet'), '');
  });
});
