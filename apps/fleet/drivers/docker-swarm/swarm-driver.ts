// Clients as services of a Docker Swarm. They go on when the backend ends, and Swarm restarts them, elsewhere if need be;
// the next backend finds them by their labels. Invariant: only services with our fleet's label are looked at or touched.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Stats } from '@enjambre/contract';
import { FleetError, invalidField, reasonOf, StartError } from '../../errors.ts';
import type {
  Driver,
  DriverListener,
  Instance,
  InstanceSpec,
  InstanceWish,
  Keepsake,
  LogLine,
  Owner,
  Replication,
} from '../driver.ts';
import { Engine, EngineRefusal } from '../engine/engine.ts';
import type { EngineDriverOptions } from '../engine/engine-driver-options.ts';
import { EngineImages } from '../engine/engine-images.ts';
import { EngineNetworks } from '../engine/engine-networks.ts';
import { EngineWatch } from '../engine/engine-watch.ts';
import { folderOwnerFor } from '../engine/folder-owner.ts';
import { FLEET_LABEL } from '../engine/labels.ts';
import { type Log, readLog } from '../engine/log-follower.ts';
import { LogFollowers } from '../engine/log-followers.ts';
import type { LoggedLine } from '../engine/log-frames.ts';
import { findOwnContainer } from '../engine/own-container.ts';
import { removeService, stopService } from './swarm-changes.ts';
import { SwarmFigures } from './swarm-figures.ts';
import { readServiceLine, serviceLog } from './swarm-log.ts';
import { hostIdOf } from './swarm-placement.ts';
import type { SwarmPolicy } from './swarm-plan.ts';
import type { SwarmTask } from './swarm-records.ts';
import { hasEnded } from './swarm-replica.ts';
import { publicReplica, type SeenService } from './swarm-scene.ts';
import { SwarmSightings } from './swarm-sightings.ts';
import { bring, type SwarmStartOptions, startOnSwarm } from './swarm-start.ts';
import { dropTorrent, takeOutTorrent } from './torrent-config.ts';

/** Swarm's rule for services, and DNS's for their names. */
const SERVICE_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9-_]{0,61}[a-zA-Z0-9])?$/;
/** Beyond the grace of the clients, for word of their end to come back. */
const END_TIMEOUT_MS = 20_000;
const LOOK_INTERVAL_MS = 200;

export class SwarmDriver implements Driver {
  readonly name = 'docker-swarm';
  readonly hasVolumes = true;
  readonly image: string;
  readonly images: EngineImages;
  readonly replication: Replication;
  readonly folderOwner: Owner | undefined;
  networks: EngineNetworks;
  unreachable: string | undefined;
  readonly #options: EngineDriverOptions<SwarmPolicy>;
  readonly #engine: Engine;
  readonly #watch: EngineWatch;
  readonly #sightings: SwarmSightings;
  readonly #busy = new Map<string, 'starting' | 'ending'>();
  /** Of which something may be there, known or not. */
  readonly #started = new Set<string>();
  readonly #followers = new LogFollowers();
  readonly #figures: SwarmFigures;
  #self: string | undefined;
  #listener: DriverListener | undefined;

  constructor(options: EngineDriverOptions<SwarmPolicy>) {
    const { policy, clock, allowedImages } = options;
    this.#options = options;
    this.image = policy.image;
    this.folderOwner = folderOwnerFor(policy.user);
    this.#engine = new Engine(options.host);
    this.#figures = new SwarmFigures({ engine: this.#engine, memoryBytes: policy.memoryBytes, clock });
    this.images = new EngineImages(this.#engine, [...new Set([policy.image, ...allowedImages])]);
    this.networks = this.#networksAs(undefined);
    const isBusy = (id: string) => this.#busy.has(id);
    this.#sightings = new SwarmSightings({ engine: this.#engine, fleet: policy.fleet, clock, isBusy });
    const seen = (id: string) => this.#sightings.service(id);
    this.replication = {
      replicas: (id) => (seen(id)?.several ? seen(id)!.replicas.map(publicReplica) : []),
      problemOf: (id) => seen(id)?.problem,
      updateOf: (id) => this.#sightings.updateOf(id),
      update: (spec) => this.#update(spec),
    };
    this.#watch = new EngineWatch({
      engine: this.#engine,
      filters: { type: ['service', 'node', 'container'] },
      clock,
      onEvent: ({ type, action, attributes }) => {
        // Of containers only ours here, and how they begin and end: tasks themselves tell nothing.
        const isNews = type !== 'container' || ['start', 'die'].includes(action);
        if (isNews && (type !== 'container' || attributes[FLEET_LABEL] === policy.fleet)) this.#sightings.soon();
      },
      onOpen: () => this.#lookAtAll(),
      onLost: (reason) => this.#lost(reason),
    });
  }

  async open(listener: DriverListener): Promise<void> {
    try {
      await this.#watch.open();
      if (!this.#engine.machine.isSwarmManager) {
        throw new Error(`the engine at ${this.#engine.host} manages no Swarm; docker swarm init makes it one`);
      }
      this.#self = await findOwnContainer(this.#engine);
      this.networks = this.#networksAs(this.#self);
      // Read again, now that it is known where they are reached.
      this.#sightings.byNetwork = this.#self !== undefined;
      if (this.#self !== undefined) await this.#sightings.look();
    } catch (error) {
      this.#watch.close();
      this.#sightings.close();
      throw new StartError('driver-unreachable', `--driver docker-swarm: ${reasonOf(error)}`, { cause: error });
    }
    this.#listener = listener;
    this.#sightings.listener = listener;
  }

  async check({ name, networkName, imageName, placement }: InstanceWish): Promise<readonly string[]> {
    if (!SERVICE_NAME.test(name)) {
      throw invalidField(
        'containerName',
        'Swarm has names of letters, digits, dashes and underscores; it ends with one of the first two',
      );
    }
    hostIdOf(placement, this.#sightings.scene.nodes);
    if (imageName !== null) this.images.check(imageName);
    if (networkName !== null) await this.networks.check(networkName);
    return [];
  }

  running(): readonly Instance[] {
    return this.#sightings.running();
  }

  async known(): Promise<readonly string[]> {
    return [...this.#sightings.scene.services.keys()];
  }

  async keepsake(id: string): Promise<Keepsake | undefined> {
    const seen = this.#sightings.service(id);
    if (seen === undefined) return undefined;
    const { keepsake: text, torrentConfig, stopped } = seen;
    const torrent = torrentConfig === undefined ? undefined : await takeOutTorrent(this.#engine, torrentConfig);
    return { text, torrent, running: !stopped };
  }

  get(id: string): Instance | undefined {
    return this.#sightings.get(id);
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id } = spec;
    if (this.#sightings.get(id) !== undefined || this.#busy.has(id))
      throw new FleetError('start-failed', 'It runs already.');
    this.#busy.set(id, 'starting');
    this.#started.add(id);
    try {
      await this.networks.prepare(spec.networkName ?? this.#options.policy.network);
      await startOnSwarm(this.#startOptions(spec));
      const instance = this.#sightings.runs(id);
      if (instance === undefined) throw new FleetError('start-failed', 'The client ended as soon as it had begun.');
      return instance;
    } finally {
      this.#busy.delete(id);
      this.#sightings.soon();
    }
  }

  async stop(id: string): Promise<void> {
    await this.#sightings.look();
    const seen = this.#sightings.service(id);
    if (seen === undefined) return;
    await this.#end(id, async () => {
      await stopService(this.#engine, seen.serviceId).catch(ifThere);
      await this.#untilEnded(seen);
    });
  }

  async remove(id: string): Promise<void> {
    // Refused before anything was made for it: the manager has nothing to hear of that.
    if (!this.#started.has(id) && this.#sightings.service(id) === undefined) return;
    await this.#sightings.look();
    const seen = this.#sightings.service(id);
    if (seen !== undefined) {
      await this.#end(id, async () => {
        await removeService(this.#engine, seen.serviceId);
        await this.#untilEnded(seen);
      });
      this.#figures.forget(seen);
    }
    // Also what a start has left that was cut short.
    await dropTorrent(this.#engine, id);
    this.#started.delete(id);
    await this.#sightings.look();
  }

  suspect(): void {
    this.#sightings.soon();
  }

  async tailLog(id: string, count: number): Promise<readonly LogLine[]> {
    const log = this.#logOf(id);
    return log === undefined ? [] : (await readLog(log, count)).map((line) => this.#readLine(id, line));
  }

  async followLog(id: string, count: number, onLine: (line: LogLine) => void): Promise<() => void> {
    const told = (line: LoggedLine) => onLine(this.#readLine(id, line));
    return this.#followers.follow(id, count, { logNow: () => this.#logOf(id), onLine: told });
  }

  async hosts(): Promise<readonly Host[]> {
    return this.#sightings.scene.hosts;
  }

  async stats(id: string): Promise<Stats | undefined> {
    const seen = this.#sightings.service(id);
    if (this.#sightings.get(id) === undefined || seen === undefined) return undefined;
    return this.#figures.of(seen, this.#sightings.scene.nodes);
  }

  async close(stop: boolean): Promise<void> {
    this.#listener = undefined;
    this.#sightings.listener = undefined;
    if (stop) await Promise.all(this.#sightings.running().map(({ id }) => this.stop(id)));
    this.#watch.close();
    this.#sightings.close();
    this.#followers.close();
  }

  async #update(spec: InstanceSpec): Promise<void> {
    await this.#sightings.look();
    await bring(this.#startOptions(spec), this.#sightings.service(spec.id), true);
    await this.#sightings.look();
  }

  #startOptions(spec: InstanceSpec): SwarmStartOptions {
    return {
      engine: this.#engine,
      policy: { ...this.#options.policy, publish: this.#self === undefined },
      spec,
      sightings: this.#sightings,
      unwanted: () => this.#busy.get(spec.id) === 'ending',
    };
  }

  /** Does what ends it, which is nobody's news. */
  async #end(id: string, act: () => Promise<void>): Promise<void> {
    const before = this.#busy.get(id);
    this.#busy.set(id, 'ending');
    try {
      await act();
      this.#sightings.ended(id);
    } finally {
      // Whoever was starting it learns that it has ended, and clears away after itself.
      if (before === undefined) this.#busy.delete(id);
    }
  }

  /** Waits for its tasks on hosts that can tell. */
  async #untilEnded({ serviceId }: SeenService): Promise<void> {
    const deadline = performance.now() + END_TIMEOUT_MS;
    // One that has not come back to a manager that was away is not down: its clients run, and have yet to hear of it.
    const isDown = (nodeId: string) =>
      this.#sightings.scene.hosts.some(({ id, state }) => id === nodeId && state === 'down');
    for (;;) {
      // All there are: by a service that is gone they are not found, and end all the same.
      const all: SwarmTask[] = await this.#engine.ask((docker) => docker.listTasks());
      const tasks = all.filter(({ ServiceID }) => ServiceID === serviceId);
      const open = tasks.filter((task) => task.NodeID && !hasEnded(task) && !isDown(task.NodeID));
      if (open.length === 0 || performance.now() > deadline) return;
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  #logOf(id: string): Log | undefined {
    const serviceId = this.#sightings.service(id)?.serviceId;
    return serviceId === undefined ? undefined : serviceLog(this.#engine, serviceId);
  }

  #readLine(id: string, line: LoggedLine): LogLine {
    return readServiceLine(line, this.#sightings.service(id), this.#sightings.scene.nodes);
  }

  async #lookAtAll(): Promise<void> {
    await this.#sightings.look();
    if (this.unreachable === undefined) return;
    this.unreachable = undefined;
    this.#options.logger.log('info', `the Swarm's manager at ${this.#engine.host} answers again`);
    this.#listener?.returned();
  }

  #lost(why: string): void {
    this.unreachable = `The Swarm's manager at ${this.#engine.host} cannot be reached: ${why}.`;
    this.#options.logger.log('warn', `${this.unreachable} It is tried again.`);
  }

  #networksAs(self: string | undefined): EngineNetworks {
    const { fleet, network } = this.#options.policy;
    return new EngineNetworks({ engine: this.#engine, kind: 'overlay', fleet, standard: network, self });
  }
}

/** What is gone already is as asked. */
function ifThere(error: unknown): void {
  if (!(error instanceof EngineRefusal && error.engineStatus === 404)) throw error;
}
