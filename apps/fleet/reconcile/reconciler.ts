// Brings each container from what runs to what is wanted. Invariant: one step at a time a container, each decided anew
// from how things are; what a client's end means is decided here and nowhere else.

import { type ContainerConfig, type ContainerState, restingStatus } from '@enjambre/contract';
import type { Clock, Logger } from '@enjambre/runtime';
import type { Container, Phase } from '../containers/container.ts';
import type { ContainerList } from '../containers/container-list.ts';
import type { Driver, Exit, InstanceSpec, Keepsake } from '../drivers/driver.ts';
import { FleetError, reasonOf, removedMeanwhile } from '../errors.ts';
import { readStatus } from '../net/control-caller.ts';
import type { ContainerStore, HistoryEntry } from '../state/container-store.ts';
import type { Watcher } from '../watcher/watcher.ts';
import { countFailures, restartDelayMs } from './back-off.ts';
import { decide } from './decision.ts';
import { setAllPaused } from './pause.ts';

/** Of an instance that is wanted and not there yet; one on a host that is down is not waited for. */
const STARTING: readonly ContainerState[] = ['created', 'restarting'];

export interface ReconcilerOptions {
  readonly containers: ContainerList;
  readonly store: ContainerStore;
  readonly driver: Driver;
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How a container's client shall run. */
  readonly specOf: (container: Container) => InstanceSpec;
  /** Takes in a container that only the driver remembers; undefined when it cannot. */
  readonly adopt: (id: string, keepsake: Keepsake) => Promise<Container | undefined>;
  /** Something that people see has changed. */
  readonly onChange: (id: string) => void;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  #closed = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Takes in what the driver found, and removes what neither of us has a use for. To be called once, at the start. */
  async takeOver(): Promise<void> {
    const { driver, containers, watcher } = this.#options;
    await driver.open({
      exited: (id, exit) => this.#ended(id, exit),
      started: (id) => this.#restartedBySomebody(id),
      changed: (id) => this.#changed(id),
      returned: () => this.#settleAll(),
    });
    const strays = (await driver.known()).filter((id) => containers.get(id) === undefined);
    await Promise.all(strays.map((id) => this.#takeIn(id)));
    for (const container of containers.all()) {
      const instance = driver.get(container.id);
      if (instance !== undefined) this.#isRunning(container, instance.startedAt);
      else this.#foundEnded(container);
    }
    this.#settleAll();
    // Whoever asks how they are hears what they say, and no zeros; one that hangs is waited for as long as for any answer.
    await Promise.all(containers.all().map(({ id }) => watcher.ask(id)));
  }

  /**
   * Does what is to be done now about this container, after everything that is being done.
   * @throws FleetError when a client was to be started and could not be
   */
  settle(container: Container): Promise<void> {
    return this.alone(container, () => this.#step(container));
  }

  /** Starts it now, however long it was to wait. @throws FleetError `start-failed` */
  async start(container: Container): Promise<void> {
    container.rest = undefined;
    this.#want(container, 'running');
    await this.settle(container);
  }

  async stop(container: Container): Promise<void> {
    this.#want(container, 'stopped');
    // It need not come up first.
    if (container.phase === 'starting') await this.#options.driver.stop(container.id);
    await this.settle(container);
  }

  /** Ends its client, if there is one, and starts another. @throws FleetError `start-failed` */
  async restart(container: Container): Promise<void> {
    container.rest = undefined;
    this.#want(container, 'running');
    await this.alone(container, async () => {
      if (this.#options.driver.get(container.id) !== undefined) await this.#stopNow(container);
    });
    await this.settle(container);
  }

  /** Runs it from another image; where there are several instances, one after the other. @throws FleetError `start-failed` */
  async update(container: Container, imageName: string): Promise<void> {
    const { driver, store, specOf } = this.#options;
    const { record } = container;
    const change = (config: ContainerConfig) => {
      store.update({ ...record, config });
      record.config = config;
    };
    const before = record.config;
    await this.alone(container, async () => {
      change({ ...before, imageName });
      try {
        if (driver.get(container.id) === undefined) return;
        if (driver.replication !== undefined) return await driver.replication.update(specOf(container));
        await this.#stopNow(container);
        await this.#startNow(container);
      } catch (error) {
        change(before);
        // As it was before; the reason is why it could not be as was asked.
        if (driver.get(container.id) === undefined) await this.#startNow(container).catch(() => {});
        throw error;
      }
    });
    this.#options.onChange(container.id);
  }

  /** Ends its client, after what is being done to it, which is cut short. It must be out of the list by then. */
  async abandon(container: Container): Promise<void> {
    const { driver } = this.#options;
    await driver.stop(container.id);
    await this.alone(container, () => driver.stop(container.id));
  }

  /** Does something to a container while nobody else does anything to it. */
  alone<T>(container: Container, act: () => Promise<T>): Promise<T> {
    const step = container.queue.then(act);
    container.queue = step.catch(() => {});
    return step;
  }

  /** Nothing is done any more. */
  close(): void {
    this.#closed = true;
  }

  #want(container: Container, wanted: 'running' | 'stopped'): void {
    this.#options.store.update({ ...container.record, wanted });
    container.record.wanted = wanted;
  }

  async #step(container: Container): Promise<void> {
    const { driver, containers } = this.#options;
    // Removed while it waited.
    if (this.#closed || containers.get(container.id) !== container) return;
    const decision = decide({
      wanted: container.record.wanted,
      running: driver.get(container.id) !== undefined,
      resting: container.rest !== undefined,
    });
    if (decision === 'start') await this.#startNow(container);
    if (decision === 'stop') await this.#stopNow(container);
    // Whoever runs it was quicker than we.
    const instance = driver.get(container.id);
    if (decision === 'nothing' && instance !== undefined && container.phase !== 'running') {
      this.#isRunning(container, instance.startedAt);
    }
    if (decision === 'nothing' && container.record.wanted === 'stopped') this.#enter(container, 'stopped');
    // Its rest began when it ended.
    if (decision === 'wait') this.#enter(container, 'waiting');
  }

  async #startNow(container: Container): Promise<void> {
    const { driver, specOf, store, containers } = this.#options;
    this.#enter(container, 'starting');
    if (container.failures > 0) {
      container.record.restarts++;
      this.#tryToKeep(() => store.update(container.record));
    }
    try {
      const instance = await driver.start(specOf(container));
      // Its pause was asked of an earlier process.
      if (container.record.paused) await setAllPaused(driver, container.id, true);
      this.#isRunning(container, instance.startedAt);
      this.#remember(container, { what: 'started', exitCode: null, message: 'It was started.' });
    } catch (error) {
      // It did not fail: it was ended before it was up.
      if (containers.get(container.id) !== container) throw removedMeanwhile(container.record.name);
      if (container.record.wanted === 'stopped' && !this.#closed) {
        this.#isStopped(container);
        throw new FleetError('wrong-state', `${container.record.name} was stopped before it had started.`);
      }
      if (!this.#closed) this.#failed(container, { what: 'start-failed', exitCode: null, message: reasonOf(error) });
      throw error;
    }
  }

  async #stopNow(container: Container): Promise<void> {
    const { driver } = this.#options;
    const before = container.phase;
    this.#enter(container, 'stopping');
    try {
      await driver.stop(container.id);
    } catch (error) {
      this.#enter(container, before);
      throw error;
    }
    this.#forget(container);
    this.#isStopped(container);
  }

  /** Nobody asks it any more; how far it had come is still told. */
  #forget(container: Container): void {
    const { watcher, store } = this.#options;
    const { status, statusAt } = watcher.get(container.id) ?? {};
    watcher.forget(container.id);
    if (status === undefined || statusAt === undefined) return;
    container.record.lastSeen = { status: restingStatus(status), statusAt };
    this.#tryToKeep(() => store.update(container.record));
  }

  #isStopped(container: Container): void {
    container.startedAt = undefined;
    container.failures = 0;
    this.#remember(container, { what: 'stopped', exitCode: 0, message: 'It was stopped by hand.' });
    this.#enter(container, 'stopped', container.last?.at);
  }

  #isRunning(container: Container, startedAt: number): void {
    const { driver, watcher } = this.#options;
    container.startedAt = startedAt;
    container.rest = undefined;
    if (this.#hasSeveral(container.id)) this.#watchSeveral(container.id);
    else watcher.watch(container.id, () => driver.get(container.id)?.endpoint);
    this.#enter(container, 'running');
  }

  #hasSeveral(id: string): boolean {
    return (this.#options.driver.replication?.replicas(id) ?? []).length > 0;
  }

  #watchSeveral(id: string): void {
    const { driver, watcher } = this.#options;
    const replicasNow = () => driver.replication?.replicas(id) ?? [];
    const endpointOf = (member: string) => () => replicasNow().find((replica) => replica.id === member)?.endpoint;
    const running = replicasNow().filter(({ state }) => state === 'running');
    const starting = replicasNow().filter(({ state }) => STARTING.includes(state));
    watcher.watchGroup(id, new Map(running.map((replica) => [replica.id, endpointOf(replica.id)])), starting.length);
  }

  /** Where its instances run, or how many. */
  #changed(id: string): void {
    const { containers, driver, onChange } = this.#options;
    const container = containers.get(id);
    if (container === undefined || this.#closed) return;
    if (container.phase === 'running' && this.#hasSeveral(id)) {
      this.#watchSeveral(id);
      // What Swarm started anew does not know of it.
      if (container.record.paused) void setAllPaused(driver, id, true);
    }
    onChange(id);
  }

  #settleAll(): void {
    for (const container of this.#options.containers.all()) void this.settle(container).catch(() => {});
  }

  async #takeIn(id: string): Promise<void> {
    const { driver, adopt, store, logger } = this.#options;
    const keepsake = await driver.keepsake(id);
    if (keepsake === undefined) return driver.remove(id);
    const container = await adopt(id, keepsake);
    // Somebody else's, or of a version that wrote it otherwise: not ours to remove.
    if (container === undefined) return logger.log('warn', `${id} runs here and cannot be taken in`);
    const endpoint = driver.get(id)?.endpoint;
    const status = endpoint === undefined ? undefined : await readStatus(endpoint);
    container.record.paused = typeof status === 'object' && status.paused;
    this.#tryToKeep(() => store.update(container.record));
    logger.log('info', `${container.record.name}: taken in again, as ${driver.name} remembers it`, { id });
    this.#remember(container, { what: 'started', exitCode: null, message: 'It was taken in again.' });
  }

  /** By what runs it, which does not wait for us. */
  #restartedBySomebody(id: string): void {
    const { containers, driver, store } = this.#options;
    const container = containers.get(id);
    const instance = driver.get(id);
    if (container === undefined || instance === undefined || this.#closed) return;
    if (container.record.wanted === 'running') {
      container.record.restarts++;
      this.#tryToKeep(() => store.update(container.record));
      this.#isRunning(container, instance.startedAt);
      this.#remember(container, { what: 'started', exitCode: null, message: 'It was started again.' });
      if (container.record.paused) void setAllPaused(driver, id, true);
    }
    // Somebody started by hand what was stopped here: that is undone.
    void this.settle(container).catch(() => {});
  }

  /** While no backend was there. */
  #foundEnded(container: Container): void {
    if (container.record.wanted === 'stopped') return this.#enter(container, 'stopped', container.phaseSince);
    if (container.last?.what !== 'started') return;
    container.failures = 1;
    this.#remember(container, { what: 'exited', exitCode: null, message: 'It ended while the backend was away.' });
  }

  #ended(id: string, { code, signal, message }: Exit): void {
    const container = this.#options.containers.get(id);
    if (container === undefined || this.#closed) return;
    const what = signal === undefined ? 'exited' : 'killed';
    this.#failed(container, { what, exitCode: code ?? null, message });
    void this.settle(container).catch(() => {});
  }

  #failed(container: Container, entry: Omit<HistoryEntry, 'at'>): void {
    const { clock, logger } = this.#options;
    const now = clock.wallTime();
    const livedMs = container.startedAt === undefined ? 0 : now - container.startedAt;
    container.failures = countFailures(container.failures, livedMs);
    const rest = { durationMs: restartDelayMs(container.failures) };
    container.rest = rest;
    container.startedAt = undefined;
    this.#forget(container);
    this.#remember(container, entry);
    this.#enter(container, 'waiting');
    // The timer alone says when it is over: a wall clock may be set meanwhile, and any other read a moment too early.
    clock.after(rest.durationMs, () => {
      if (container.rest === rest) container.rest = undefined;
      void this.settle(container).catch(() => {});
    });
    logger.log('warn', `${container.record.name}: ${entry.message}`, { id: container.id, retryInMs: rest.durationMs });
  }

  #remember(container: Container, entry: Omit<HistoryEntry, 'at'>): void {
    container.last = { ...entry, at: this.#options.clock.wallTime() };
    const { id, last } = container;
    this.#tryToKeep(() => this.#options.store.addHistory(id, last));
  }

  /** What nobody asked for must not keep a client from being started or stopped. */
  #tryToKeep(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.logger.log('warn', `what became of a container is not remembered: ${reasonOf(error)}`);
    }
  }

  /** @param since Unix milliseconds */
  #enter(container: Container, phase: Phase, since = this.#options.clock.wallTime()): void {
    if (container.phase === phase) return;
    container.phase = phase;
    container.phaseSince = since;
    this.#options.onChange(container.id);
  }
}
