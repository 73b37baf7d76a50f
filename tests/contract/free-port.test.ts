// The ports that tests give to programs are not those which the system gives away meanwhile.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { it, type TestContext } from 'node:test';
import { freePort } from './free-port.ts';

const MANY = 20;

it('a free port is given once, and to no connection that is dialled before it is used', async (t: TestContext) => {
  const ports = await Promise.all(Array.from({ length: MANY }, () => freePort()));
  assert.equal(new Set(ports).size, MANY);

  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const chosen = server.address() as AddressInfo;
  const sockets = Array.from({ length: MANY }, () => connect(chosen.port, '127.0.0.1'));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const lowest = Math.min(chosen.port, ...sockets.map(({ localPort }) => localPort!));
  assert.ok(Math.max(...ports) < lowest, `${ports} beside ${lowest}`);
});

it('a free port is none at which somebody listens', async (t: TestContext) => {
  const server = createServer().listen((await freePort()) + 1, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  assert.notEqual(await freePort(), (server.address() as AddressInfo).port);
});
