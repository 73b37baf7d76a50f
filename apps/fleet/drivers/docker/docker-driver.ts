// Clients as containers of a Docker engine. They go on when the backend ends, and the engine restarts them; the next backend
// finds them by their labels. Invariant: only containers with our fleet's label are looked at or touched.

import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
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
} from '../driver.ts';
import { STOP_GRACE_SECONDS } from '../engine/client-command.ts';
import { Engine, EngineRefusal } from '../engine/engine.ts';
import type { EngineDriverOptions } from '../engine/engine-driver-options.ts';
import { EngineImages } from '../engine/engine-images.ts';
import { EngineNetworks } from '../engine/engine-networks.ts';
import { CpuSamples } from '../engine/engine-stats.ts';
import { type EngineEvent, EngineWatch } from '../engine/engine-watch.ts';
import { folderOwnerFor } from '../engine/folder-owner.ts';
import { ID_LABEL, KEEPSAKE_LABEL, ofFleet } from '../engine/labels.ts';
import { containerLog, readLog } from '../engine/log-follower.ts';
import { LogFollowers } from '../engine/log-followers.ts';
import { findOwnContainer } from '../engine/own-container.ts';
import { hostAlone, refusePlacement } from '../host-alone.ts';
import { type ContainerPolicy, torrentPlaceOf } from './container-plan.ts';
import { startContainer } from './container-start.ts';
import { type Sighting, Sightings } from './sightings.ts';
import { unpackFile } from './torrent-archive.ts';

const LEAST_NAME = 2;
/** `start` promises that everything has ended within 5 s. */
const CLOSE_GRACE_SECONDS = 4;

export class DockerDriver implements Driver {
  readonly name = 'docker';
  readonly image: string;
  readonly images: EngineImages;
  readonly hasVolumes = false;
  readonly replication = undefined;
  readonly folderOwner: Owner | undefined;
  networks: EngineNetworks;
  unreachable: string | undefined;
  readonly #options: EngineDriverOptions<ContainerPolicy>;
  readonly #engine: Engine;
  readonly #watch: EngineWatch;
  readonly #sightings: Sightings;
  readonly #busy = new Map<string, 'starting' | 'ending'>();
  readonly #followers = new LogFollowers();
  readonly #cpuSamples: CpuSamples;
  #self: string | undefined;
  #listener: DriverListener | undefined;

  constructor(options: EngineDriverOptions<ContainerPolicy>) {
    const { policy, clock, allowedImages } = options;
    this.#options = options;
    this.image = policy.image;
    this.folderOwner = folderOwnerFor(policy.user);
    this.#engine = new Engine(options.host);
    this.#cpuSamples = new CpuSamples(clock);
    this.images = new EngineImages(this.#engine, [...new Set([policy.image, ...allowedImages])]);
    this.networks = this.#networksAs(undefined);
    const isBusy = (id: string) => this.#busy.has(id);
    this.#sightings = new Sightings({ engine: this.#engine, fleet: policy.fleet, isBusy });
    this.#watch = new EngineWatch({
      engine: this.#engine,
      filters: { ...ofFleet(policy.fleet), type: ['container'] },
      clock,
      onEvent: (event) => this.#hear(event),
      onOpen: () => this.#lookAtAll(),
      onLost: (reason) => this.#lost(reason),
    });
  }

  async open(listener: DriverListener): Promise<void> {
    try {
      await this.#watch.open();
      this.#self = await findOwnContainer(this.#engine);
      this.networks = this.#networksAs(this.#self);
      // Read again, now that it is known where they are reached.
      this.#sightings.byNetwork = this.#self !== undefined;
      if (this.#self !== undefined) await this.#sightings.lookAtAll();
    } catch (error) {
      this.#watch.close();
      throw new StartError('driver-unreachable', `--driver docker: ${reasonOf(error)}`, { cause: error });
    }
    this.#listener = listener;
    this.#sightings.listener = listener;
  }

  async check({ name, networkName, imageName, placement }: InstanceWish): Promise<readonly string[]> {
    refusePlacement(placement, this.name);
    if (name.length < LEAST_NAME) throw invalidField('containerName', 'Docker has no names of one letter');
    if (imageName !== null) this.images.check(imageName);
    if (networkName !== null) await this.networks.check(networkName);
    return [];
  }

  running(): readonly Instance[] {
    return this.#sightings.running().map(({ instance }) => instance);
  }

  async known(): Promise<readonly string[]> {
    return this.#sightings.ids();
  }

  async keepsake(id: string): Promise<Keepsake | undefined> {
    const dockerId = this.#sightings.dockerIdOf(id);
    const seen = dockerId === undefined ? undefined : await this.#sightings.inspect(dockerId);
    if (dockerId === undefined || seen === undefined || !seen.proven) return undefined;
    const text = (await this.#sightings.show(dockerId)).Config.Labels[KEEPSAKE_LABEL] ?? '';
    return { text, torrent: await this.#takeOutTorrent(id, dockerId), running: seen.instance !== undefined };
  }

  get(id: string): Instance | undefined {
    return this.#sightings.get(id)?.instance;
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id } = spec;
    if (this.#sightings.get(id) !== undefined || this.#busy.has(id))
      throw new FleetError('start-failed', 'It runs already.');
    this.#busy.set(id, 'starting');
    try {
      const networkId = await this.networks.prepare(spec.networkName ?? this.#options.policy.network);
      const dockerId = this.#sightings.dockerIdOf(id);
      const started = await startContainer({
        engine: this.#engine,
        policy: { ...this.#options.policy, publish: this.#self === undefined },
        spec,
        networkId,
        existing: dockerId === undefined ? undefined : await this.#sightings.inspect(dockerId),
        inspect: (made) => {
          this.#sightings.exists(id, made);
          return this.#sightings.inspect(made);
        },
        warn: (sentence) => this.#options.logger.log('warn', sentence),
        unwanted: () => this.#busy.get(id) !== 'starting',
      });
      this.#sightings.runs(started as Sighting);
      return (started as Sighting).instance;
    } finally {
      this.#busy.delete(id);
      // Gone, or ended without anybody having noticed.
      await this.#sightings.look(id);
    }
  }

  stop(id: string): Promise<void> {
    return this.#stop(id, STOP_GRACE_SECONDS);
  }

  async remove(id: string): Promise<void> {
    const dockerId = this.#sightings.dockerIdOf(id);
    if (dockerId === undefined) return;
    await this.#end(id, async () => {
      await this.#engine.ask((docker) => docker.getContainer(dockerId).stop({ t: STOP_GRACE_SECONDS })).catch(ifThere);
      await this.#engine.ask((docker) => docker.getContainer(dockerId).remove({ force: true, v: true })).catch(ifThere);
    });
    this.#sightings.gone(id);
  }

  suspect(id: string): void {
    void this.#sightings.look(id);
  }

  async tailLog(id: string, count: number): Promise<readonly LogLine[]> {
    const dockerId = this.#sightings.dockerIdOf(id);
    const lines = dockerId === undefined ? [] : await readLog(containerLog(this.#engine, dockerId), count);
    return lines.map(({ text }) => ({ text }));
  }

  async followLog(id: string, count: number, onLine: (line: LogLine) => void): Promise<() => void> {
    const logNow = () => {
      const dockerId = this.#sightings.dockerIdOf(id);
      return dockerId === undefined ? undefined : containerLog(this.#engine, dockerId);
    };
    return this.#followers.follow(id, count, { logNow, onLine: ({ text }) => onLine({ text }) });
  }

  async hosts(): Promise<readonly Host[]> {
    const instances = this.#sightings.running().length;
    return [hostAlone({ ...this.#engine.machine, instances, problem: this.unreachable })];
  }

  async stats(id: string): Promise<Stats | undefined> {
    const running = this.#sightings.get(id);
    if (running === undefined) return undefined;
    const counted = await this.#engine.ask((docker) =>
      docker.getContainer(running.dockerId).stats({ stream: false, 'one-shot': true }),
    );
    return this.#cpuSamples.statsOf(id, counted, running.instance.startedAt);
  }

  async close(stop: boolean): Promise<void> {
    this.#listener = undefined;
    this.#sightings.listener = undefined;
    if (stop) await Promise.all(this.#sightings.running().map(({ id }) => this.#stop(id, CLOSE_GRACE_SECONDS)));
    this.#watch.close();
    this.#followers.close();
  }

  async #stop(id: string, graceSeconds: number): Promise<void> {
    const dockerId = this.#sightings.dockerIdOf(id);
    if (dockerId === undefined) return;
    await this.#end(id, () =>
      this.#engine.ask((docker) => docker.getContainer(dockerId).stop({ t: graceSeconds })).catch(ifThere),
    );
  }

  /** Does what ends it, which is nobody's news. */
  async #end(id: string, act: () => Promise<void>): Promise<void> {
    const before = this.#busy.get(id);
    this.#busy.set(id, 'ending');
    try {
      await act();
      this.#sightings.ended(id);
      this.#cpuSamples.forget(id);
    } finally {
      // Whoever was starting it learns that it has ended, and clears away after itself.
      if (before === undefined) this.#busy.delete(id);
    }
  }

  async #takeOutTorrent(id: string, dockerId: string): Promise<Uint8Array | undefined> {
    const { folder, name } = torrentPlaceOf(id);
    const path = `${folder}/${name}`;
    try {
      const archive = await this.#engine.ask((docker) => docker.getContainer(dockerId).getArchive({ path }));
      return unpackFile(await buffer(archive as Readable));
    } catch (error) {
      if (error instanceof EngineRefusal) return undefined;
      throw error;
    }
  }

  #hear({ action, attributes }: EngineEvent): void {
    const { [ID_LABEL]: id = '', exitCode } = attributes;
    if (action === 'start') this.#followers.goOn(id);
    if (['start', 'die', 'destroy', 'rename'].includes(action)) {
      void this.#sightings.look(id, exitCode === undefined ? undefined : Number(exitCode));
    }
  }

  async #lookAtAll(): Promise<void> {
    await this.#sightings.lookAtAll();
    if (this.unreachable === undefined) return;
    this.unreachable = undefined;
    this.#options.logger.log('info', `the Docker engine at ${this.#engine.host} answers again`);
    this.#listener?.returned();
  }

  #lost(why: string): void {
    this.unreachable = `The Docker engine at ${this.#engine.host} cannot be reached: ${why}.`;
    this.#options.logger.log('warn', `${this.unreachable} It is tried again.`);
  }

  #networksAs(self: string | undefined): EngineNetworks {
    const { fleet, network } = this.#options.policy;
    return new EngineNetworks({ engine: this.#engine, kind: 'bridge', fleet, standard: network, self });
  }
}

/** What has ended (304) or is gone (404) already, or is just being removed (409), is as asked. */
function ifThere(error: unknown): void {
  if (!(error instanceof EngineRefusal && [304, 404, 409].includes(error.engineStatus))) throw error;
}
