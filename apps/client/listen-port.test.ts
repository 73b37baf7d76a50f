import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StartError } from './errors.ts';
import { bindListenPort } from './listen-port.ts';

/** A host on which the ports up to `lastTaken` are in use. */
function host(lastTaken: number, code = 'EADDRINUSE') {
  const tried: number[] = [];
  const listen = async (port: number) => {
    tried.push(port);
    if (port <= lastTaken) throw Object.assign(new Error(`listen ${code}`), { code });
    return port;
  };
  return { tried, listen };
}

test('a busy default gives way to the next free port', async () => {
  assert.equal(await bindListenPort(host(6883).listen, 6881, true), 6884);
});

test('after a hundred ports it gives up and says so', async () => {
  const { tried, listen } = host(7000);
  const refused = bindListenPort(listen, 6881, true);
  await assert.rejects(refused, /--listen-port: ports 6881 to 6981 are all in use/);
  assert.equal(tried.length, 101);
});

test('a port that was asked for is taken or refused, never changed', async () => {
  const { tried, listen } = host(6881);
  const refused = bindListenPort(listen, 6881, false);
  await assert.rejects(refused, (error) => error instanceof StartError && error.code === 'port-taken');
  assert.deepEqual(tried, [6881]);
});

test('what is wrong with the address is not mended by another port, and its flag is named', async () => {
  const { tried, listen } = host(7000, 'EADDRNOTAVAIL');
  const refused = bindListenPort(listen, 6881, true);
  await assert.rejects(refused, { code: 'cannot-listen', message: '--listen-host: listen EADDRNOTAVAIL' });
  assert.equal(tried.length, 1);
});
