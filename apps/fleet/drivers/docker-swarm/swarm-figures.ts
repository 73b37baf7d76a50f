// What instances cost their hosts. An engine counts only what runs there, and we talk to one: of the others each client tells
// what its process uses.

import type { Stats } from '@enjambre/contract';
import type { Clock } from '@enjambre/runtime';
import { FleetError } from '../../errors.ts';
import { readFigures } from '../../net/control-caller.ts';
import type { Engine } from '../engine/engine.ts';
import { CpuSamples } from '../engine/engine-stats.ts';
import type { SwarmNode } from './swarm-records.ts';
import type { SeenReplica } from './swarm-replica.ts';
import type { SeenService } from './swarm-scene.ts';

export interface SwarmFiguresOptions {
  readonly engine: Engine;
  /** What each may use; undefined: all that its host has. */
  readonly memoryBytes: number | undefined;
  readonly clock: Clock;
}

export class SwarmFigures {
  readonly #options: SwarmFiguresOptions;
  /** By service and instance. */
  readonly #cpuSamples: CpuSamples;

  constructor(options: SwarmFiguresOptions) {
    this.#options = options;
    this.#cpuSamples = new CpuSamples(options.clock);
  }

  /** The sum of those that run; undefined when none does. @throws FleetError `client-unreachable`, `driver-unreachable` */
  async of({ id, replicas }: SeenService, nodes: readonly SwarmNode[]): Promise<Stats | undefined> {
    const running = replicas.filter(({ state }) => state === 'running');
    const all = await Promise.all(running.map((replica) => this.#ofOne(keyOf(id, replica), replica, nodes)));
    return all.length === 0 ? undefined : all.reduce(sum);
  }

  forget({ id, replicas }: SeenService): void {
    for (const replica of replicas) this.#cpuSamples.forget(keyOf(id, replica));
  }

  #ofOne(key: string, replica: SeenReplica, nodes: readonly SwarmNode[]): Promise<Stats> {
    const { nodeId, dockerId, startedAt = 0 } = replica;
    const isNear = nodeId === this.#options.engine.machine.swarmId;
    if (isNear && dockerId !== undefined) return this.#byEngine(key, dockerId, startedAt);
    return this.#byClient(key, replica, nodes);
  }

  async #byEngine(key: string, dockerId: string, startedAt: number): Promise<Stats> {
    const counted = await this.#options.engine.ask((docker) =>
      docker.getContainer(dockerId).stats({ stream: false, 'one-shot': true }),
    );
    return this.#cpuSamples.statsOf(key, counted, startedAt);
  }

  /** Of what passes its network it knows the payload; of its disk it knows nothing. */
  async #byClient(key: string, replica: SeenReplica, nodes: readonly SwarmNode[]): Promise<Stats> {
    const { nodeId, host, endpoint, startedAt = 0 } = replica;
    const figures = endpoint === undefined ? undefined : await readFigures(endpoint);
    if (figures === undefined) {
      throw new FleetError('client-unreachable', `Its client on ${host} does not tell what it uses.`);
    }
    const figure = (name: string) => figures.get(name) ?? 0;
    const node = nodes.find(({ ID }) => ID === nodeId);
    return {
      cpuPercent: this.#cpuSamples.percentOf(key, figure('process_cpu_seconds_total'), startedAt),
      memoryBytes: figure('process_resident_memory_bytes'),
      memoryLimitBytes: this.#options.memoryBytes ?? node?.Description.Resources?.MemoryBytes ?? 0,
      networkRxBytes: figure('enjambre_downloaded_bytes_total'),
      networkTxBytes: figure('enjambre_uploaded_bytes_total'),
      blockReadBytes: 0,
      blockWriteBytes: 0,
    };
  }
}

function keyOf(id: string, replica: SeenReplica): string {
  return `${id}/${replica.id}`;
}

function sum(one: Stats, other: Stats): Stats {
  return {
    cpuPercent: Math.round((one.cpuPercent + other.cpuPercent) * 10) / 10,
    memoryBytes: one.memoryBytes + other.memoryBytes,
    memoryLimitBytes: one.memoryLimitBytes + other.memoryLimitBytes,
    networkRxBytes: one.networkRxBytes + other.networkRxBytes,
    networkTxBytes: one.networkTxBytes + other.networkTxBytes,
    blockReadBytes: one.blockReadBytes + other.blockReadBytes,
    blockWriteBytes: one.blockWriteBytes + other.blockWriteBytes,
  };
}
