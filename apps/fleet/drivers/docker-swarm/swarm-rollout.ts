// An update that goes from instance to instance. Swarm makes one anew and holds then; it is let on to the next when the new
// client has run for a while and answers: to Swarm one that merely runs is as good.
// Invariant: no instance is touched while one before it that was made anew does not answer.

import type { ImageUpdate } from '@enjambre/contract';
import type { Clock } from '@enjambre/runtime';
import { readStatus } from '../../net/control-caller.ts';
import type { Engine } from '../engine/engine.ts';
import { allowNext, endRollout } from './swarm-changes.ts';
import { UPDATE_MONITOR_SECONDS } from './swarm-plan.ts';
import type { SeenReplica } from './swarm-replica.ts';
import type { SeenService } from './swarm-scene.ts';

/** A client listens before it looks at anything: what has not answered by then will not. */
const SILENCE_SECONDS = 15;

/** An instance as the one who decides sees it. */
export interface RolledInstance {
  readonly host: string | null;
  /** Whether it was made by the new plan. */
  readonly isNew: boolean;
  /** Of one that runs, since it was first seen to. */
  readonly ranForSeconds: number | undefined;
  readonly answers: boolean;
}

export type RolloutDecision = 'wait' | 'next' | 'done' | { readonly silent: string };

/** What is to be done now. Pure. @param allowed how many may be new by now */
export function decideRollout(instances: readonly RolledInstance[], allowed: number): RolloutDecision {
  // Every host is down: nothing shows how the new ones are.
  if (instances.length === 0) return 'wait';
  const renewed = instances.filter(({ isNew }) => isNew);
  const silent = renewed.find((one) => !one.answers && (one.ranForSeconds ?? 0) >= SILENCE_SECONDS);
  if (silent !== undefined) return { silent: silent.host ?? 'a host that has gone' };
  const isProven = (one: RolledInstance) => one.answers && (one.ranForSeconds ?? 0) >= UPDATE_MONITOR_SECONDS;
  if (!renewed.every(isProven)) return 'wait';
  if (renewed.length === instances.length) return 'done';
  return renewed.length < allowed ? 'wait' : 'next';
}

export interface RolloutsOptions {
  readonly engine: Engine;
  readonly clock: Clock;
}

export class Rollouts {
  readonly #options: RolloutsOptions;
  /** By service and task, when each was first seen running: clocks of hosts differ. */
  readonly #runSince = new Map<string, Map<string, number>>();
  /** By service: what an update stands still for. */
  readonly #problems = new Map<string, string>();
  readonly #busy = new Set<string>();

  constructor(options: RolloutsOptions) {
    this.#options = options;
  }

  /** Undefined while its update goes on, or there is none. */
  problemOf({ serviceId, rollout }: SeenService): ImageUpdate | undefined {
    const message = this.#problems.get(serviceId);
    return rollout === undefined || message === undefined ? undefined : { state: 'paused', message };
  }

  /** To be called at each look. @throws FleetError when Swarm could not be told */
  async goOn(seen: SeenService): Promise<void> {
    const { serviceId, rollout } = seen;
    if (rollout === undefined) return this.#forget(serviceId);
    if (this.#busy.has(serviceId)) return;
    this.#busy.add(serviceId);
    try {
      await this.#step(seen, rollout);
    } finally {
      this.#busy.delete(serviceId);
    }
  }

  async #step(seen: SeenService, { image, allowed }: NonNullable<SeenService['rollout']>): Promise<void> {
    const { engine } = this.#options;
    const { serviceId } = seen;
    const before = this.#runSince.get(serviceId) ?? new Map<string, number>();
    const now = this.#options.clock.now();
    // Of a host that is down nobody waits for one.
    const there = seen.replicas.filter(({ state }) => state !== 'dead');
    const running = there.filter(({ state }) => state === 'running');
    const runSince = new Map(running.map(({ taskId }) => [taskId, before.get(taskId) ?? now]));
    this.#runSince.set(serviceId, runSince);
    const read = async (replica: SeenReplica): Promise<RolledInstance> => {
      const { host, taskId, endpoint, plan } = replica;
      const isNew = plan === seen.plan;
      const since = runSince.get(taskId);
      return {
        host,
        isNew,
        ranForSeconds: since === undefined ? undefined : (now - since) / 1000,
        answers: isNew && endpoint !== undefined && typeof (await readStatus(endpoint)) === 'object',
      };
    };
    const decision = decideRollout(await Promise.all(there.map(read)), allowed);
    if (typeof decision === 'object') return this.#stands(serviceId, image, decision.silent);
    this.#problems.delete(serviceId);
    if (decision === 'next') await allowNext(engine, serviceId, allowed);
    if (decision === 'done') await endRollout(engine, serviceId);
  }

  #stands(serviceId: string, image: string, host: string): void {
    this.#problems.set(
      serviceId,
      `The update to ${image} has halted: on ${host} the new client runs and does not answer. ` +
        'The others stay as they were; it goes on when that one answers, or with an update to another image.',
    );
  }

  #forget(serviceId: string): void {
    this.#runSince.delete(serviceId);
    this.#problems.delete(serviceId);
  }
}
