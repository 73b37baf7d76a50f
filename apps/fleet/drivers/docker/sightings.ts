// What is known of our containers: which there are, which run, how each was last seen. An event is only a reason to look.
// Invariant: one look at a container at a time, each compared with the one before; what somebody is at is left to them.

import type Docker from 'dockerode';
import type { DriverListener, Instance } from '../driver.ts';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { ID_LABEL, ofFleet } from '../engine/labels.ts';
import { containerLog, readLastWords } from '../engine/log-follower.ts';
import { exitOf, untilAnswers } from './container-life.ts';
import { type InspectedContainer, readContainer } from './inspected-container.ts';

/** A container that runs. */
export interface Sighting extends InspectedContainer {
  readonly instance: Instance;
}

export interface SightingsOptions {
  readonly engine: Engine;
  readonly fleet: string;
  /** Somebody starts or ends it: what becomes of it meanwhile is theirs to tell. */
  readonly isBusy: (id: string) => boolean;
}

export class Sightings {
  /** Whether control servers are asked on a container's network. */
  byNetwork = false;
  /** What is seen before there is one is no news. */
  listener: Pick<DriverListener, 'exited' | 'started'> | undefined;
  readonly #options: SightingsOptions;
  readonly #running = new Map<string, Sighting>();
  /** Our id to the engine's, of every container of ours. */
  readonly #dockerIds = new Map<string, string>();
  readonly #looks = new Map<string, Promise<void>>();

  constructor(options: SightingsOptions) {
    this.#options = options;
  }

  running(): readonly Sighting[] {
    return [...this.#running.values()];
  }

  get(id: string): Sighting | undefined {
    return this.#running.get(id);
  }

  ids(): readonly string[] {
    return [...this.#dockerIds.keys()];
  }

  dockerIdOf(id: string): string | undefined {
    return this.#dockerIds.get(id);
  }

  /** It is there, whether it runs or not. */
  exists(id: string, dockerId: string): void {
    this.#dockerIds.set(id, dockerId);
  }

  runs(sighting: Sighting): void {
    this.#running.set(sighting.id, sighting);
  }

  /** It does not run any more, and that is no news. */
  ended(id: string): void {
    this.#running.delete(id);
  }

  gone(id: string): void {
    this.#running.delete(id);
    this.#dockerIds.delete(id);
  }

  /** Undefined when there is none. @throws FleetError `driver-unreachable` */
  async inspect(dockerId: string): Promise<InspectedContainer | undefined> {
    try {
      const { byNetwork } = this;
      const host = this.#options.engine.machine.name;
      return readContainer(await this.show(dockerId), { host, byNetwork });
    } catch (error) {
      if (error instanceof EngineRefusal && error.engineStatus === 404) return undefined;
      throw error;
    }
  }

  /** All that the engine tells. @throws EngineRefusal 404 */
  show(dockerId: string): Promise<Docker.ContainerInspectInfo> {
    return this.#options.engine.ask((docker) => docker.getContainer(dockerId).inspect());
  }

  /** @param exitCode what a `die` event said */
  look(id: string, exitCode?: number): Promise<void> {
    const look = (this.#looks.get(id) ?? Promise.resolve())
      .then(() => this.#look(id, exitCode))
      // It cannot be reached: all are looked at when it can.
      .catch(() => {});
    this.#looks.set(id, look);
    return look.finally(() => {
      if (this.#looks.get(id) === look) this.#looks.delete(id);
    });
  }

  /** @throws FleetError `driver-unreachable` */
  async lookAtAll(): Promise<void> {
    const { engine, fleet } = this.#options;
    const listed = await engine.ask((docker) => docker.listContainers({ all: true, filters: ofFleet(fleet) }));
    for (const { Id, Labels } of listed) this.#dockerIds.set(Labels[ID_LABEL], Id);
    await Promise.all([...this.#dockerIds.keys()].map((id) => this.look(id)));
  }

  async #look(id: string, exitCode: number | undefined): Promise<void> {
    const { isBusy } = this.#options;
    const dockerId = this.#dockerIds.get(id);
    if (dockerId === undefined || isBusy(id)) return;
    const seen = await this.inspect(dockerId);
    if (isBusy(id)) return;
    const before = this.#running.get(id);
    if (seen === undefined) this.#dockerIds.delete(id);
    if (before !== undefined && (seen?.instance === undefined || seen.startedAt !== before.startedAt)) {
      await this.#tellEnd(before, seen, exitCode);
    }
    if (seen?.instance === undefined) return;
    if (this.#running.has(id) || this.listener === undefined) return this.runs(seen as Sighting);
    await this.#tellStart(id, dockerId);
  }

  async #tellEnd(before: Sighting, seen: InspectedContainer | undefined, exitCode: number | undefined): Promise<void> {
    const { id, dockerId, startedAt } = before;
    this.#running.delete(id);
    // Started again already, what it shows is of the next run.
    const end = seen?.startedAt === startedAt ? seen : undefined;
    const lines = await readLastWords(containerLog(this.#options.engine, dockerId));
    this.listener?.exited(id, exitOf(end, lines, exitCode ?? end?.exitCode));
  }

  /** The engine, or somebody, has started it: that counts once its client answers. */
  async #tellStart(id: string, dockerId: string): Promise<void> {
    const busy = () => this.#options.isBusy(id);
    const answering = await untilAnswers(() => this.inspect(dockerId), busy);
    if (answering?.instance === undefined || busy()) return;
    // What was seen before was old, and we have started it meanwhile.
    if (this.#running.get(id)?.startedAt === answering.startedAt) return;
    this.runs(answering as Sighting);
    this.listener?.started(id);
  }
}
