// Clients as processes of this machine. They are sessions of their own and go on when the backend ends; the next one
// adopts them. Invariant: `#clients` holds those that run (or are being started), one an id.

import { readdir } from 'node:fs/promises';
import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Host, Stats } from '@enjambre/contract';
import { type Clock, type Logger, makeFolder, type Timer } from '@enjambre/runtime';
import { FleetError, reasonOf } from '../../errors.ts';
import type { Driver, DriverListener, Instance, InstanceSpec, InstanceWish, LogLine } from '../driver.ts';
import { describeExit } from '../exit-words.ts';
import { hostAlone, refusePlacement } from '../host-alone.ts';
import { adopt } from './adoption.ts';
import type { ClientProgram } from './client-command.ts';
import type { ClientProcess } from './client-process.ts';
import { ProcessFolder } from './process-folder.ts';
import { readUsage } from './process-table.ts';
import { spawnClient, untilReady } from './spawn-client.ts';
import { StartQueue } from './start-queue.ts';

/** A child's end is an event; an adopted one's is seen by its closed connection, and at the latest then. */
const LOOK_INTERVAL_MS = 5_000;
const ROTATION_INTERVAL_MS = 10_000;
/** `start` promises that everything has ended within 5 s. */
const CLOSE_GRACE_MS = 4_000;
const REASON_LINES = 20;
const ID = /^[0-9a-f]{12}$/;

export interface ProcessDriverOptions {
  /** Holds a folder for each client. */
  readonly folder: string;
  readonly program: Omit<ClientProgram, 'codeCache'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ProcessDriver implements Driver {
  readonly name = 'process';
  readonly image = 'enjambre-client';
  readonly networks = undefined;
  readonly images = undefined;
  readonly hasVolumes = false;
  readonly replication = undefined;
  readonly folderOwner = undefined;
  readonly unreachable = undefined;
  readonly #options: ProcessDriverOptions;
  readonly #program: ClientProgram;
  readonly #clients = new Map<string, ClientProcess>();
  readonly #stopping = new Set<string>();
  /** Whoever starts one is told there that it ended. */
  readonly #starting = new Set<ClientProcess>();
  /** Ids that are to be started and have no process yet, and whether they were stopped meanwhile. */
  readonly #coming = new Map<string, { isStopped: boolean }>();
  readonly #starts = new StartQueue();
  readonly #cpuSamples = new Map<string, { readonly at: number; readonly cpuSeconds: number }>();
  readonly #timers: Timer[] = [];
  #listener: Pick<DriverListener, 'exited'> | undefined;

  constructor(options: ProcessDriverOptions) {
    this.#options = options;
    // The one that the build has warmed where there is one: a client writes its own only when it ends.
    const codeCache = options.program.env.NODE_COMPILE_CACHE ?? join(options.folder, '../code-cache');
    this.#program = { ...options.program, codeCache };
  }

  async open(listener: DriverListener): Promise<void> {
    this.#listener = listener;
    await makeFolder(this.#options.folder, 0o700);
    await Promise.all((await this.known()).map((id) => this.#adopt(id)));
    const { clock } = this.#options;
    this.#timers.push(
      clock.every(LOOK_INTERVAL_MS, () => {
        for (const client of this.#clients.values()) void client.look();
      }),
      clock.every(ROTATION_INTERVAL_MS, () => void this.#rotateLogs()),
    );
  }

  async check({ networkName, imageName, placement }: InstanceWish): Promise<readonly string[]> {
    refusePlacement(placement, this.name);
    const meaningless = { networkName, imageName };
    return Object.entries(meaningless)
      .filter(([, value]) => value !== null)
      .map(([field]) => `${field} means nothing to clients that run as processes of this machine`);
  }

  running(): readonly Instance[] {
    return [...this.#clients.values()];
  }

  async known(): Promise<readonly string[]> {
    return (await readdir(this.#options.folder)).filter((name) => ID.test(name));
  }

  /** A process folder says too little to go by. */
  async keepsake(): Promise<undefined> {}

  get(id: string): Instance | undefined {
    return this.#clients.get(id);
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id } = spec;
    if (this.#clients.has(id) || this.#coming.has(id)) throw new FleetError('start-failed', 'It runs already.');
    const coming = { isStopped: false };
    this.#coming.set(id, coming);
    try {
      return await this.#starts.add(() => this.#start(spec, coming));
    } finally {
      this.#coming.delete(id);
    }
  }

  async #start(spec: InstanceSpec, coming: { readonly isStopped: boolean }): Promise<Instance> {
    if (coming.isStopped) throw new FleetError('start-failed', 'It was stopped before it had started.');
    const folder = this.#folder(spec.id);
    const client = await spawnClient(this.#program, spec, folder, this.#options.clock);
    this.#starting.add(client);
    this.#keep(client);
    try {
      if (this.#starts.closed) await client.stop(CLOSE_GRACE_MS);
      else if (coming.isStopped) await client.stop();
      await untilReady(client, folder);
    } finally {
      this.#starting.delete(client);
    }
    return client;
  }

  async stop(id: string): Promise<void> {
    await this.#stop(id);
  }

  async remove(id: string): Promise<void> {
    await this.#stop(id);
    this.#cpuSamples.delete(id);
    await this.#folder(id).remove();
  }

  suspect(id: string): void {
    void this.#clients.get(id)?.look();
  }

  async tailLog(id: string, count: number): Promise<readonly LogLine[]> {
    return (await this.#folder(id).log.tail(count)).lines.map((text) => ({ text }));
  }

  async followLog(id: string, count: number, onLine: (line: LogLine) => void): Promise<() => void> {
    const { log } = this.#folder(id);
    const { lines, end } = await log.tail(count);
    for (const text of lines) onLine({ text });
    return log.follow(end, this.#options.clock, (text) => onLine({ text }));
  }

  async hosts(): Promise<readonly Host[]> {
    return [hostAlone({ name: hostname(), instances: this.#clients.size })];
  }

  async stats(id: string): Promise<Stats | undefined> {
    const client = this.#clients.get(id);
    const sample = await client?.sample();
    if (client === undefined || sample === undefined) return undefined;
    const { clock } = this.#options;
    const now = clock.now();
    // The first time there is no interval but its whole life.
    const since = this.#cpuSamples.get(id) ?? { at: now - (clock.wallTime() - client.startedAt), cpuSeconds: 0 };
    this.#cpuSamples.set(id, { at: now, cpuSeconds: sample.cpuSeconds });
    const usage = await readUsage(client.pid);
    const cpuPercent = (100 * (sample.cpuSeconds - since.cpuSeconds)) / Math.max(0.001, (now - since.at) / 1000);
    return {
      cpuPercent: Math.max(0, Math.round(cpuPercent * 10) / 10),
      memoryBytes: usage.memory,
      memoryLimitBytes: totalmem(),
      // Linux counts them for a network namespace, which all processes of this machine share.
      networkRxBytes: 0,
      networkTxBytes: 0,
      blockReadBytes: usage.diskRead,
      blockWriteBytes: usage.diskWritten,
    };
  }

  async close(stop: boolean): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#listener = undefined;
    const started = this.#starts.close();
    if (!stop) return;
    await Promise.all([...this.#clients.keys()].map((id) => this.#stop(id, CLOSE_GRACE_MS)));
    await started;
  }

  #folder(id: string): ProcessFolder {
    return new ProcessFolder(this.#options.folder, id);
  }

  async #stop(id: string, graceMs?: number): Promise<void> {
    const coming = this.#coming.get(id);
    if (coming !== undefined) coming.isStopped = true;
    this.#stopping.add(id);
    await this.#clients.get(id)?.stop(graceMs);
    this.#stopping.delete(id);
  }

  async #adopt(id: string): Promise<void> {
    const folder = this.#folder(id);
    const client = await adopt(id, folder, this.#program.listenHost);
    if (client === undefined) return;
    this.#keep(client);
    // It was being started when the earlier backend ended; that it ends is seen as with any other.
    if (!client.listening) void untilReady(client, folder).catch(() => {});
  }

  #keep(client: ClientProcess): void {
    const { id } = client;
    this.#clients.set(id, client);
    void client.exit.then(async ({ code, signal }) => {
      this.#clients.delete(id);
      this.#cpuSamples.delete(id);
      if (this.#stopping.has(id) || this.#starting.has(client)) return;
      const { lines } = await this.#folder(id).log.tail(REASON_LINES);
      this.#listener?.exited(id, describeExit(code, signal, lines));
    });
  }

  async #rotateLogs(): Promise<void> {
    for (const id of this.#clients.keys()) {
      await this.#folder(id)
        .log.rotate()
        .catch((error) => this.#options.logger.log('warn', `the log of ${id} cannot be rotated: ${reasonOf(error)}`));
    }
  }
}
