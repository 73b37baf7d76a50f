// What is known of our services: how the Swarm was last seen, and who is told what has changed since.
// Invariant: one look at a time, at everything; what somebody is at is left to them.

import type { ImageUpdate } from '@enjambre/contract';
import type { Clock, Timer } from '@enjambre/runtime';
import { readStatus } from '../../net/control-caller.ts';
import type { DriverListener, Instance } from '../driver.ts';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { ofFleet } from '../engine/labels.ts';
import type { SwarmNode, SwarmRecords, SwarmService, SwarmTask } from './swarm-records.ts';
import { Rollouts } from './swarm-rollout.ts';
import { emptyScene, publicReplica, readScene, type Scene, type SeenService } from './swarm-scene.ts';
import { exitOfTask } from './task-exit.ts';
import { TaskPorts } from './task-ports.ts';

/** Events come in heaps, and are followed by what they are about. */
const SOON_MS = 50;
/** Swarm tells of services and hosts by events, of tasks by none: looked at so often while something is on its way, … */
const UNSETTLED_MS = 1_000;
/** … and else: what answers us no more is looked at at once. */
const SETTLED_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;
const ASK_INTERVAL_MS = 100;
const NOT_FOUND = 404;
/** Many may be removed one after the other: it is asked again for seven seconds, and at the next look. */
const TRIES = 12;
const SHORTEST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

export interface SwarmSightingsOptions {
  readonly engine: Engine;
  readonly fleet: string;
  readonly clock: Clock;
  /** Somebody starts or ends it: what becomes of it meanwhile is theirs to tell. */
  readonly isBusy: (id: string) => boolean;
}

interface Running {
  readonly run: string;
  readonly instance: Instance;
}

export class SwarmSightings {
  /** Whether control servers are asked on the instances' network. */
  byNetwork = false;
  /** What is seen before there is one is no news. */
  listener: DriverListener | undefined;
  readonly #options: SwarmSightingsOptions;
  #scene: Scene = emptyScene;
  readonly #running = new Map<string, Running>();
  /** How each looked when that was last told. */
  readonly #told = new Map<string, string>();
  /** Runs that have not answered yet. */
  readonly #awaited = new Set<string>();
  readonly #ports = new TaskPorts();
  readonly #rollouts: Rollouts;
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: SwarmSightingsOptions) {
    this.#options = options;
    this.#rollouts = new Rollouts({ engine: options.engine, clock: options.clock });
  }

  get scene(): Scene {
    return this.#scene;
  }

  /** However it is. */
  service(id: string): SeenService | undefined {
    return this.#scene.services.get(id);
  }

  /** How far an update of its image is. */
  updateOf(id: string): ImageUpdate | undefined {
    const seen = this.service(id);
    return seen && (this.#rollouts.problemOf(seen) ?? seen.update);
  }

  running(): readonly Instance[] {
    return [...this.#running.values()].map(({ instance }) => instance);
  }

  get(id: string): Instance | undefined {
    return this.#running.get(id)?.instance;
  }

  /** It runs, as it was last seen; that is no news. */
  runs(id: string): Instance | undefined {
    const { run, instance } = this.service(id) ?? {};
    if (run === undefined || instance === undefined) return undefined;
    this.#running.set(id, { run, instance });
    return instance;
  }

  /** It does not run any more, and that is no news. */
  ended(id: string): void {
    this.#running.delete(id);
  }

  /** Begins after this call. @throws FleetError `driver-unreachable` */
  look(): Promise<void> {
    this.#next ??= (this.#looking ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#looking = this.#look().finally(() => {
          this.#looking = undefined;
        });
        return this.#looking;
      });
    return this.#next;
  }

  /** Something may have changed. */
  soon(delayMs = SOON_MS): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    // It cannot be reached: it is looked when it can.
    this.#timer = this.#options.clock.after(delayMs, () => void this.look().catch(() => this.soon(SETTLED_MS)));
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    this.#scene = readScene(await this.#askUntilWhole(), this.byNetwork);
    const { services } = this.#scene;
    for (const id of new Set([...services.keys(), ...this.#running.keys()])) this.#compare(id);
    for (const seen of services.values()) this.#rollOut(seen);
    const unsettled = [...services.values()].some(
      (one) => !one.stopped && (one.update?.state === 'updating' || one.replicas.some((r) => r.state !== 'running')),
    );
    this.soon(unsettled || this.#awaited.size > 0 ? UNSETTLED_MS : SETTLED_MS);
  }

  /** A service that goes between two questions makes the second a refusal: both are asked again. */
  async #askUntilWhole(): Promise<SwarmRecords> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask();
      } catch (error) {
        if (!(error instanceof EngineRefusal && error.engineStatus === NOT_FOUND) || tries === TRIES) throw error;
        const pauseMs = Math.min(SHORTEST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
        await new Promise<void>((resolve) => this.#options.clock.after(pauseMs, resolve));
      }
    }
  }

  async #ask(): Promise<SwarmRecords> {
    const { engine, fleet } = this.#options;
    const filters = JSON.stringify(ofFleet(fleet));
    const [services, nodes] = await Promise.all([
      engine.ask((docker) => docker.listServices({ filters })),
      engine.ask((docker) => docker.listNodes()),
    ]);
    const names = services.flatMap(({ ID }) => ID ?? []);
    // Afterwards: a task without its service would be nobody's.
    const ofThem = JSON.stringify({ service: names });
    const tasks = names.length === 0 ? [] : await engine.ask((docker) => docker.listTasks({ filters: ofThem }));
    return {
      services: services as unknown as SwarmService[],
      tasks: this.#ports.fillIn(tasks as SwarmTask[]),
      nodes: nodes as SwarmNode[],
    };
  }

  #compare(id: string): void {
    if (this.#options.isBusy(id)) return;
    const now = this.service(id);
    const before = this.#running.get(id);
    // One after the other they end and begin, as was asked.
    const isUpdating = now?.update?.state === 'updating';
    if (before !== undefined && now?.run !== before.run && !(isUpdating && now?.run === undefined)) {
      if (isUpdating) return this.#goesOn(id, now);
      void this.#tellEnd(id, before.run);
    }
    if (now?.run === undefined) return this.#tellChange(id);
    if (before?.run === now.run || this.listener === undefined) return this.#goesOn(id, now);
    void this.#tellStart(id, now.run);
  }

  /** Does what the update of one waits for, if it does. */
  #rollOut(seen: SeenService): void {
    if (this.#options.isBusy(seen.id) || this.#closed) return;
    const done = this.#rollouts.goOn(seen);
    // What could not be done is tried at the next look.
    void done.then(() => this.#closed || this.#tellChange(seen.id)).catch(() => {});
  }

  #goesOn(id: string, { run, instance }: SeenService): void {
    if (run !== undefined && instance !== undefined) this.#running.set(id, { run, instance });
    this.#tellChange(id);
  }

  #tellChange(id: string): void {
    const seen = this.service(id);
    const { replicas = [], problem } = seen ?? {};
    const text = JSON.stringify([replicas.map(publicReplica), problem?.message, this.updateOf(id)]);
    if (this.#told.get(id) === text) return;
    if (seen === undefined) this.#told.delete(id);
    else this.#told.set(id, text);
    this.listener?.changed(id);
  }

  async #tellEnd(id: string, run: string): Promise<void> {
    this.#running.delete(id);
    const seen = this.service(id);
    const exit = await exitOfTask(this.#options.engine, seen, run);
    if (!this.#options.isBusy(id)) this.listener?.exited(id, exit);
  }

  /** Swarm has started it: that counts once its client answers. */
  async #tellStart(id: string, run: string): Promise<void> {
    const key = `${id} ${run}`;
    if (this.#awaited.has(key)) return;
    this.#awaited.add(key);
    const { clock } = this.#options;
    const deadline = clock.now() + ANSWER_TIMEOUT_MS;
    try {
      while (this.service(id)?.run === run && clock.now() < deadline && !this.#closed && !this.#options.isBusy(id)) {
        if (await answersOf(this.service(id))) break;
        await new Promise<void>((resolve) => clock.after(ASK_INTERVAL_MS, resolve));
      }
    } finally {
      this.#awaited.delete(key);
    }
    if (this.service(id)?.run !== run || this.#closed || this.#options.isBusy(id) || this.#running.has(id)) return;
    this.runs(id);
    this.listener?.started(id);
    this.#tellChange(id);
  }
}

/** Whether one of its clients does. */
export async function answersOf(service: SeenService | undefined): Promise<boolean> {
  const endpoints = service?.replicas.flatMap(({ endpoint }) => endpoint ?? []) ?? [];
  const answers = await Promise.all(endpoints.map((endpoint) => readStatus(endpoint)));
  return answers.some((answer) => typeof answer === 'object');
}
