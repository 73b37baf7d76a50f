// What every driver keeps, as tests that each joins: `driverContract('process', …)`.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { FleetError } from '../errors.ts';
import type { Driver, DriverListener, Exit, InstanceSpec, LogLine } from './driver.ts';

export interface DriverUnderTest {
  readonly driver: Driver;
  /** A client that can be started. */
  readonly spec: InstanceSpec;
  /** Makes an instance end without the driver being asked. */
  crash(id: string): void | Promise<void>;
}

/** Hears nothing but what it is given for. */
export function listener(ears: Partial<DriverListener> = {}): DriverListener {
  return { exited() {}, started() {}, changed() {}, returned() {}, ...ears };
}

/**
 * @param make a driver that was not opened; what it leaves is taken away after the test
 * @param concurrency how many tests may run at once: those drivers that `make` gives must not meet
 */
export function driverContract(
  name: string,
  make: (t: TestContext) => Promise<DriverUnderTest>,
  { concurrency = 1 } = {},
): void {
  describe(`the ${name} driver`, { concurrency }, () => {
    it('runs what it starts, tells of it, and ends it when asked, without calling that an exit', async (t) => {
      const { driver, spec, exits } = await open(t, make);
      const instance = await driver.start(spec);
      assert.equal(instance.id, spec.id);
      assert.deepEqual(idsOf(driver), [spec.id]);
      assert.deepEqual(await driver.known(), [spec.id]);
      assert.equal(driver.get(spec.id)?.startedAt, instance.startedAt);
      assert.equal(driver.unreachable, undefined);
      assert.notEqual(await driver.stats(spec.id), undefined);
      const on = (await driver.hosts()).find(({ name }) => name === instance.host);
      assert.deepEqual([on?.state, on?.reason, on?.instances], ['ready', null, 1]);
      await driver.stop(spec.id);
      assert.deepEqual(idsOf(driver), []);
      assert.equal(await driver.stats(spec.id), undefined);
      assert.deepEqual(exits.seen, []);
    });

    it('runs one instance of an id', async (t) => {
      const { driver, spec } = await open(t, make);
      await driver.start(spec);
      await assert.rejects(driver.start(spec), (error) => error instanceof FleetError && error.code === 'start-failed');
      assert.deepEqual(idsOf(driver), [spec.id]);
    });

    it('tells when one ends by itself, in words, and can start it again', async (t) => {
      const { driver, spec, crash, exits } = await open(t, make);
      await driver.start(spec);
      await crash(spec.id);
      const [id, exit] = await exits.next;
      assert.equal(id, spec.id);
      assert.match(exit.message, /^It .+\.$/);
      assert.deepEqual(idsOf(driver), []);
      await driver.start(spec);
      assert.deepEqual(idsOf(driver), [spec.id]);
    });

    it('keeps the log until the instance is removed, and follows it', async (t) => {
      const { driver, spec } = await open(t, make);
      await driver.start(spec);
      await untilLogged(driver, spec.id);
      const [last] = await driver.tailLog(spec.id, 1);
      assert.deepEqual([typeof last.text, last.writer], ['string', undefined]);
      assert.deepEqual(await driver.tailLog(spec.id, 0), []);
      const followed: LogLine[] = [];
      const { promise: more, resolve } = Promise.withResolvers<void>();
      let expected = 1;
      const stop = await driver.followLog(spec.id, 1, (line) => {
        if (followed.push(line) > expected) resolve();
      });
      expected = followed.length;
      assert.equal(expected, 1);
      await driver.stop(spec.id);
      await more;
      stop();
      assert.notEqual((await driver.tailLog(spec.id, 100)).length, 0);
      await driver.remove(spec.id);
      assert.deepEqual(await driver.tailLog(spec.id, 100), []);
      assert.deepEqual(await driver.known(), []);
    });

    it('has nothing to say of what it does not know, and stops it without complaint', async (t) => {
      const { driver } = await open(t, make);
      const stranger = 'ffffffffffff';
      assert.equal(driver.get(stranger), undefined);
      assert.equal(await driver.stats(stranger), undefined);
      assert.deepEqual(await driver.tailLog(stranger, 10), []);
      await driver.stop(stranger);
      await driver.remove(stranger);
    });

    it('ends everything when it closes, if asked to', async (t) => {
      const { driver, spec, exits } = await open(t, make);
      await driver.start(spec);
      await driver.close(true);
      assert.deepEqual(idsOf(driver), []);
      assert.deepEqual(exits.seen, []);
    });
  });
}

async function open(t: TestContext, make: (t: TestContext) => Promise<DriverUnderTest>) {
  const { driver, spec, crash } = await make(t);
  const seen: string[] = [];
  const { promise: next, resolve } = Promise.withResolvers<[string, Exit]>();
  const exited = (id: string, exit: Exit) => {
    seen.push(id);
    resolve([id, exit]);
  };
  await driver.open(listener({ exited }));
  return { driver, spec, crash, exits: { seen, next } };
}

/** Resolves once the log has a line: an engine has it a moment after it was written, a Swarm a second or two. */
async function untilLogged(driver: Driver, id: string): Promise<void> {
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const stop = await driver.followLog(id, 1, () => resolve());
  await written;
  stop();
}

function idsOf(driver: Driver): string[] {
  return driver.running().map(({ id }) => id);
}
