import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createTcpTransport, type TcpOptions } from './tcp.ts';
import type { Connection, ConnectionHandlers, Transport } from './transport.ts';

const TIMEOUT_MS = 5000;
const LOOPBACK = '127.0.0.1';

/** Hears what happens to a connection; `heard` is what arrived, in copies. */
class Ear implements ConnectionHandlers {
  readonly chunks: Buffer[] = [];
  readonly stores = new Set<ArrayBufferLike>();
  readonly closed = Promise.withResolvers<Error | undefined>();
  received = 0;
  closes = 0;
  drains = 0;
  #wanted = { bytes: 0, arrived: () => {} };
  #drained = () => {};

  onData(bytes: Buffer): void {
    assert.equal(this.closes, 0);
    this.stores.add(bytes.buffer);
    this.chunks.push(Buffer.from(bytes));
    this.received += bytes.length;
    if (this.received >= this.#wanted.bytes) this.#wanted.arrived();
  }

  onDrain(): void {
    assert.equal(this.closes, 0);
    this.drains++;
    this.#drained();
  }

  onClose(error: Error | undefined): void {
    this.closes++;
    this.closed.resolve(error);
  }

  /** The first `length` bytes, once they are here. */
  async bytes(length: number): Promise<Buffer> {
    if (this.received < length) {
      await new Promise<void>((arrived) => {
        this.#wanted = { bytes: length, arrived };
      });
    }
    return Buffer.concat(this.chunks).subarray(0, length);
  }

  nextDrain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }
}

interface Pair {
  readonly dialled: Connection;
  readonly dialledEar: Ear;
  readonly accepted: Connection;
  readonly acceptedEar: Ear;
}

/** Two ends of one connection over loopback, both closed after the test. */
async function pair(t: TestContext, options: TcpOptions = {}, host: string | undefined = LOOPBACK): Promise<Pair> {
  const transport = createTcpTransport(options);
  const incoming = Promise.withResolvers<{ accepted: Connection; acceptedEar: Ear }>();
  const listener = await transport.listen(0, host, (accepted) => {
    const acceptedEar = new Ear();
    accepted.setHandlers(acceptedEar);
    incoming.resolve({ accepted, acceptedEar });
  });
  const dialled = await transport.dial({ host: host ?? LOOPBACK, port: listener.port }, TIMEOUT_MS);
  const dialledEar = new Ear();
  dialled.setHandlers(dialledEar);
  const { accepted, acceptedEar } = await incoming.promise;
  t.after(async () => {
    dialled.close();
    accepted.close();
    await Promise.all([dialledEar.closed.promise, acceptedEar.closed.promise, listener.close()]);
  });
  return { dialled, dialledEar, accepted, acceptedEar };
}

/** The code that `dial` fails with. */
async function dialCode(transport: Transport, host: string, port: number, timeoutMs = TIMEOUT_MS): Promise<unknown> {
  return transport.dial({ host, port }, timeoutMs).then(
    () => 'connected',
    (error) => error.code,
  );
}

/** Bytes of which no aligned part occurs twice, so that a shifted or repeated one is seen. */
function bytesOf(length: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, index) => Math.imul(index, 0x9e37_79b1));
  return Buffer.from(words.buffer, 0, length);
}

describe('tcp transport', () => {
  for (const adoptAccepted of [true, false]) {
    describe(adoptAccepted ? 'with accepted handles adopted' : 'with accepted sockets as Node makes them', () => {
      it('carries 16 MiB each way at once, byte for byte', async (t) => {
        const { dialled, dialledEar, accepted, acceptedEar } = await pair(t, { adoptAccepted });
        const there = bytesOf(16 * 1024 * 1024);
        const back = bytesOf(16 * 1024 * 1024 + 1);
        dialled.write([there.subarray(0, 13), there.subarray(13, 100_000), there.subarray(100_000)]);
        accepted.write([back]);
        assert.ok(there.equals(await acceptedEar.bytes(there.length)));
        assert.ok(back.equals(await dialledEar.bytes(back.length)));
      });

      it('receives into the static buffer on both sides exactly when handles are adopted', async (t) => {
        const one = await pair(t, { adoptAccepted });
        one.dialled.write([bytesOf(500_000)]);
        one.accepted.write([bytesOf(500_000)]);
        await Promise.all([one.acceptedEar.bytes(500_000), one.dialledEar.bytes(500_000)]);
        assert.equal(one.dialledEar.stores.size, 1);
        const isShared = one.acceptedEar.stores.isSubsetOf(one.dialledEar.stores);
        assert.equal(isShared, adoptAccepted);
      });

      it('takes the end of the stream for the end of the connection', async (t) => {
        const { dialled, dialledEar, accepted, acceptedEar } = await pair(t, { adoptAccepted });
        dialled.close();
        assert.equal(dialledEar.closes, 0);
        await Promise.all([dialledEar.closed.promise, acceptedEar.closed.promise]);
        dialled.close();
        accepted.close();
        accepted.write([bytesOf(10)]);
        assert.deepEqual([dialledEar.closes, acceptedEar.closes], [1, 1]);
      });

      it('closes on a peer that only shuts down its sending side', async (t) => {
        const closed = Promise.withResolvers<void>();
        const listener = await createTcpTransport({ adoptAccepted }).listen(0, LOOPBACK, (accepted) => {
          accepted.setHandlers({ onData() {}, onDrain() {}, onClose: () => closed.resolve() });
        });
        const socket = connect({ port: listener.port, host: LOOPBACK, allowHalfOpen: true });
        t.after(async () => {
          socket.destroy();
          await listener.close();
        });
        socket.end('last words');
        await closed.promise;
      });
    });
  }

  it('tells the remote address of both ends, an IPv4 one in its own notation on a dual-stack listener', async (t) => {
    const { dialled, accepted } = await pair(t, {}, undefined);
    assert.equal(dialled.remote.host, LOOPBACK);
    assert.equal(dialled.outgoing, true);
    assert.equal(accepted.remote.host, LOOPBACK);
    assert.equal(accepted.outgoing, false);
    assert.ok(accepted.remote.port > 0);
  });

  it('comes from the bound address, unless the address dialled is of another family', async (t) => {
    const { accepted } = await pair(t, { bindHost: '127.0.9.9' });
    assert.equal(accepted.remote.host, '127.0.9.9');
    const transport = createTcpTransport({ bindHost: '::1' });
    const listener = await transport.listen(0, LOOPBACK, (connection) => connection.close());
    const connection = await transport.dial({ host: LOOPBACK, port: listener.port }, TIMEOUT_MS);
    const ear = new Ear();
    connection.setHandlers(ear);
    await Promise.all([ear.closed.promise, listener.close()]);
  });

  it('loses nothing that a peer sends at once', async (t) => {
    const transport = createTcpTransport();
    const listener = await transport.listen(0, LOOPBACK, (accepted) => {
      accepted.setHandlers(new Ear());
      accepted.write([Buffer.from('hello')]);
    });
    const connection = await transport.dial({ host: LOOPBACK, port: listener.port }, TIMEOUT_MS);
    const ear = new Ear();
    connection.setHandlers(ear);
    t.after(() => Promise.all([connection.close(), ear.closed.promise, listener.close()]));
    assert.equal((await ear.bytes(5)).toString(), 'hello');
  });

  it('sends views of shared memory', async (t) => {
    const { dialled, acceptedEar } = await pair(t);
    const shared = new Uint8Array(new SharedArrayBuffer(32_768)).fill(3);
    dialled.write([shared.subarray(0, 16_384), shared.subarray(16_384)]);
    assert.ok((await acceptedEar.bytes(32_768)).equals(shared));
  });

  it('tells how much is waiting and drains once it has left, after small writes too', async (t) => {
    const { dialled, dialledEar, acceptedEar } = await pair(t);
    const small = dialledEar.nextDrain();
    dialled.write([Buffer.alloc(5)]);
    await small;
    assert.equal(dialled.bufferedBytes, 0);
    const large = dialledEar.nextDrain();
    const block = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 32; count++) dialled.write([block]);
    assert.ok(dialled.bufferedBytes > 16 * 1024 * 1024);
    await large;
    assert.equal(dialled.bufferedBytes, 0);
    assert.equal(dialledEar.drains, 2);
    await acceptedEar.bytes(5 + 32 * block.length);
  });

  it('tells once of every write that it is done with the parts, sent or not', async (t) => {
    const { dialled, dialledEar, accepted, acceptedEar } = await pair(t);
    const flushes = Array.from({ length: 200 }, () => 0);
    const all = Promise.withResolvers<void>();
    const write = (index: number) =>
      dialled.write([Buffer.alloc(7), Buffer.alloc(300_000)], () => {
        flushes[index]++;
        if (flushes.every((count) => count > 0)) all.resolve();
      });
    for (let index = 0; index < 100; index++) write(index);
    await acceptedEar.bytes(1_000_000);
    accepted.close();
    await dialledEar.closed.promise;
    for (let index = 100; index < 200; index++) write(index);
    await all.promise;
    assert.ok(flushes.every((count) => count === 1));
    assert.equal(dialledEar.closes, 1);
  });

  it('says ECONNREFUSED where nobody listens and EADDRINUSE where somebody does', async (t) => {
    const transport = createTcpTransport();
    const listener = await transport.listen(0, LOOPBACK, (accepted) => accepted.close());
    await assert.rejects(
      transport.listen(listener.port, LOOPBACK, () => {}),
      { code: 'EADDRINUSE' },
    );
    await listener.close();
    assert.equal(await dialCode(transport, LOOPBACK, listener.port), 'ECONNREFUSED');
    const again = await transport.listen(listener.port, LOOPBACK, () => {});
    t.after(() => again.close());
    assert.equal(again.port, listener.port);
  });

  it('gives up when the time-out passes before the connection stands', async (t) => {
    const transport = createTcpTransport();
    const listener = await transport.listen(0, LOOPBACK, (accepted) => accepted.close());
    t.after(() => listener.close());
    const dialling = dialCode(transport, LOOPBACK, listener.port, 1);
    // The event loop sees to timers before sockets: by then the time has passed.
    const busyUntil = performance.now() + 5;
    while (performance.now() < busyUntil);
    assert.equal(await dialling, 'ETIMEDOUT');
  });

  it('survives a peer that resets the connection', async (t) => {
    const { promise, resolve } = Promise.withResolvers<Ear>();
    const listener = await createTcpTransport().listen(0, LOOPBACK, (accepted) => {
      const ear = new Ear();
      accepted.setHandlers(ear);
      resolve(ear);
    });
    t.after(() => listener.close());
    const socket = connect(listener.port, LOOPBACK);
    await once(socket, 'connect');
    const ear = await promise;
    socket.resetAndDestroy();
    assert.equal(((await ear.closed.promise) as NodeJS.ErrnoException).code, 'ECONNRESET');
    assert.equal(ear.closes, 1);
  });
});
