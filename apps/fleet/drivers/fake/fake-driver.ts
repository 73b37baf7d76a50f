// A driver that runs nothing: for tests of what steers drivers. A test ends an instance with `crash`.

import type { Host, Stats } from '@enjambre/contract';
import type { Clock } from '@enjambre/runtime';
import { FleetError } from '../../errors.ts';
import type {
  Driver,
  DriverListener,
  Endpoint,
  Exit,
  Instance,
  InstanceSpec,
  Keepsake,
  LogLine,
  Replication,
} from '../driver.ts';
import { hostAlone } from '../host-alone.ts';

interface FakeInstance extends Instance {
  readonly spec: InstanceSpec;
}

const HOST = 'fake-host';

const idle: Stats = {
  cpuPercent: 0,
  memoryBytes: 0,
  memoryLimitBytes: 0,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
};

export class FakeDriver implements Driver {
  readonly name: string = 'fake';
  readonly image = 'fake-client';
  readonly networks = undefined;
  readonly images = undefined;
  readonly hasVolumes = false;
  readonly replication: Replication | undefined = undefined;
  readonly folderOwner = undefined;
  unreachable: string | undefined;
  /** What a start says when it cannot be done; undefined: it can. */
  startFailure: string | undefined;
  /** Where the clients that it pretends to run answer. */
  endpoint: Endpoint | undefined;
  readonly #clock: Clock;
  readonly #running = new Map<string, FakeInstance>();
  readonly #logs = new Map<string, string[]>();
  readonly #followers = new Set<{ readonly id: string; readonly onLine: (line: LogLine) => void }>();
  readonly #keepsakes = new Map<string, Keepsake>();
  #listener: DriverListener | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(listener: DriverListener): Promise<void> {
    this.#listener = listener;
  }

  async check(): Promise<readonly string[]> {
    return [];
  }

  running(): readonly Instance[] {
    return [...this.#running.values()];
  }

  async known(): Promise<readonly string[]> {
    return [...this.#logs.keys()];
  }

  async keepsake(id: string): Promise<Keepsake | undefined> {
    return this.#keepsakes.get(id);
  }

  get(id: string): Instance | undefined {
    return this.#running.get(id);
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id } = spec;
    if (this.#running.has(id)) throw new FleetError('start-failed', 'It runs already.');
    if (!this.#logs.has(id)) this.#logs.set(id, []);
    if (this.unreachable !== undefined) throw new FleetError('driver-unreachable', this.unreachable);
    if (this.startFailure !== undefined) throw new FleetError('start-failed', this.startFailure);
    return this.#run(spec);
  }

  async stop(id: string): Promise<void> {
    if (this.unreachable !== undefined) throw new FleetError('driver-unreachable', this.unreachable);
    if (this.#running.delete(id)) this.say(id, 'stopped');
  }

  async remove(id: string): Promise<void> {
    this.#running.delete(id);
    this.#logs.delete(id);
    this.#keepsakes.delete(id);
  }

  suspect(): void {}

  async tailLog(id: string, count: number): Promise<readonly LogLine[]> {
    return count === 0 ? [] : (this.#logs.get(id) ?? []).slice(-count).map((text) => ({ text }));
  }

  async followLog(id: string, count: number, onLine: (line: LogLine) => void): Promise<() => void> {
    for (const line of await this.tailLog(id, count)) onLine(line);
    const follower = { id, onLine };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  async hosts(): Promise<readonly Host[]> {
    return [hostAlone({ name: HOST, instances: this.#running.size, problem: this.unreachable })];
  }

  async stats(id: string): Promise<Stats | undefined> {
    return this.#running.has(id) ? idle : undefined;
  }

  async close(stop: boolean): Promise<void> {
    if (stop) this.#running.clear();
    this.#listener = undefined;
  }

  /** It writes that line. */
  say(id: string, line: string): void {
    this.#logs.get(id)?.push(line);
    for (const follower of this.#followers) {
      if (follower.id === id) follower.onLine({ text: line });
    }
  }

  /** It ends by itself. */
  crash(id: string, exit: Exit): void {
    if (this.#running.delete(id)) this.#listener?.exited(id, exit);
  }

  /** It ends, and what runs it starts it again. */
  bounce(id: string, exit: Exit): void {
    const spec = this.#running.get(id)?.spec;
    if (spec === undefined) return;
    this.crash(id, exit);
    this.#run(spec);
    this.#listener?.started(id);
  }

  /** An instance that an earlier fleet started, and that this one has never heard of. */
  leave(spec: InstanceSpec, torrent: Uint8Array): void {
    this.#logs.set(spec.id, []);
    this.#keepsakes.set(spec.id, { text: spec.keepsake, torrent, running: true });
    this.#run(spec);
  }

  /** It cannot be reached any more, for that reason; or it can again. */
  cut(reason: string | undefined): void {
    this.unreachable = reason;
    if (reason === undefined) this.#listener?.returned();
  }

  #run(spec: InstanceSpec): Instance {
    const startedAt = this.#clock.wallTime();
    const place = { host: HOST, endpoint: this.endpoint, peerAddress: undefined, ports: [] };
    const instance = { id: spec.id, spec, ...place, startedAt };
    this.#running.set(spec.id, instance);
    this.say(spec.id, 'started');
    return instance;
  }
}
