// Makes a service run and waits until a client of it listens.
// Invariant: when it throws, nothing of it runs but what Swarm itself waits for a host for; a service that was made for it
// is gone, with its reason told.

import { setTimeout as sleep } from 'node:timers/promises';
import { volumeIn } from '../../downloads/volume.ts';
import { FleetError } from '../../errors.ts';
import type { InstanceSpec } from '../driver.ts';
import { refuseLink } from '../engine/bound-folder.ts';
import { makeToken } from '../engine/client-token.ts';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { PLAN_LABEL } from '../engine/labels.ts';
import { changeService, removeService, stopService } from './swarm-changes.ts';
import { hostIdOf } from './swarm-placement.ts';
import { planSwarm, type SwarmPolicy } from './swarm-plan.ts';
import type { SwarmTask } from './swarm-records.ts';
import { hasEnded } from './swarm-replica.ts';
import { ROLLOUT_LABEL, type SeenService, UPDATE_LABEL } from './swarm-scene.ts';
import { answersOf, type SwarmSightings } from './swarm-sightings.ts';
import { describeTask } from './task-exit.ts';
import { dropTorrent, keepTorrent } from './torrent-config.ts';

/** A host may have to fetch the image first. */
const ANSWER_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 250;
/** The first that Swarm says may be of a host that has only just come. */
const NO_HOST_PATIENCE_MS = 2_000;

export interface SwarmStartOptions {
  readonly engine: Engine;
  readonly policy: SwarmPolicy;
  readonly spec: InstanceSpec;
  readonly sightings: SwarmSightings;
  /** Whether somebody has asked meanwhile that it does not run. */
  readonly unwanted: () => boolean;
}

/** Resolves once a client answers. @throws FleetError */
export async function startOnSwarm(options: SwarmStartOptions): Promise<void> {
  const { engine, spec, sightings } = options;
  await sightings.look();
  const existing = sightings.service(spec.id);
  try {
    const isNew = await bring(options, existing);
    const earlier = existing?.tasks ?? [];
    // Swarm is at it already: what it tries now counts.
    await untilOneAnswers(options, isNew ? earlier : earlier.filter(hasEnded));
  } catch (error) {
    const reason = translate(error, spec);
    const waits = reason instanceof FleetError && reason.field === 'placement';
    // What could not be taken back is not the reason.
    if (existing === undefined) await forget(options).catch(() => {});
    else if (!waits) await stopService(engine, existing.serviceId).catch(() => {});
    throw reason;
  }
}

/** Tells Swarm how it shall be. @param rolling an update that has an image as its reason: one instance first */
export async function bring(
  { engine, policy, spec, sightings }: SwarmStartOptions,
  existing: SeenService | undefined,
  rolling = false,
): Promise<boolean> {
  if (volumeIn(spec.folder) === undefined) await refuseLink(spec.folder);
  const hostId = hostIdOf(spec.placement, sightings.scene.nodes);
  const torrent = await keepTorrent(engine, { id: spec.id, torrentPath: spec.torrentPath, fleet: policy.fleet });
  const token = existing?.token ?? makeToken();
  const plan = planSwarm({ spec, policy, token, torrent, hostId, rolling });
  if (existing === undefined) {
    await engine.ask((docker) => docker.createService(undefined as never, plan));
    return true;
  }
  if (!rolling && !existing.stopped && existing.plan === plan.Labels?.[PLAN_LABEL]) return false;
  const image = spec.imageName ?? policy.image;
  // Those that are like that already do not count as the first.
  const alike = existing.replicas.filter((one) => one.plan === plan.Labels?.[PLAN_LABEL]).length;
  await changeService(engine, existing.serviceId, ({ Labels: labels }) => {
    const updated = rolling ? image : labels?.[UPDATE_LABEL];
    return {
      ...plan,
      Labels: {
        ...plan.Labels,
        ...(updated !== undefined && { [UPDATE_LABEL]: updated }),
        ...(rolling && { [ROLLOUT_LABEL]: `${alike + 1}` }),
      },
    };
  });
  return true;
}

/** @param earlier attempts that were there before, and mean nothing now */
async function untilOneAnswers(
  { engine, spec, sightings, unwanted }: SwarmStartOptions,
  earlier: readonly SwarmTask[],
): Promise<void> {
  const begun = performance.now();
  const known = new Set(earlier.map(({ ID }) => ID));
  for (;;) {
    if (unwanted()) throw new FleetError('start-failed', 'It was stopped before it had begun.');
    await sightings.look();
    const seen = sightings.service(spec.id);
    if (seen === undefined) throw new FleetError('start-failed', 'Somebody has removed its service.');
    const fresh = seen.tasks.filter(({ ID }) => !known.has(ID));
    if (fresh.some(({ Status }) => Status.State === 'running') && (await answersOf(seen))) return;
    const ended = fresh.find(hasEnded);
    if (ended !== undefined) {
      throw new FleetError('start-failed', `The client ended at once. ${(await describeTask(engine, ended)).message}`);
    }
    const waitedMs = performance.now() - begun;
    if (waitedMs > NO_HOST_PATIENCE_MS) refuseHostless(seen, fresh);
    if (waitedMs > ANSWER_TIMEOUT_MS) {
      throw new FleetError('start-failed', `No client answered within ${ANSWER_TIMEOUT_MS / 1000} s.`);
    }
    await sleep(LOOK_INTERVAL_MS);
  }
}

/** @throws FleetError when Swarm has no host for any of it */
function refuseHostless({ problem }: SeenService, fresh: readonly SwarmTask[]): void {
  const waiting = fresh.filter(({ Status }) => Status.State === 'pending' && Status.Err);
  if (waiting.length < fresh.length) return;
  const words = waiting[0]?.Status.Err ?? 'no host meets its conditions';
  if (/host-mode port already in use/.test(words)) {
    throw new FleetError('port-taken', `Its port is in use on every host that it may run on: ${words}.`, {
      field: 'port',
    });
  }
  throw new FleetError('start-failed', problem?.message ?? `Swarm finds no host for it: ${words}.`, {
    field: 'placement',
  });
}

async function forget({ engine, spec, sightings }: SwarmStartOptions): Promise<void> {
  await sightings.look();
  const made = sightings.service(spec.id);
  if (made !== undefined) await removeService(engine, made.serviceId);
  await dropTorrent(engine, spec.id);
  await sightings.look();
}

/** From the engine's words to ours. */
function translate(error: unknown, spec: InstanceSpec): unknown {
  if (error instanceof FleetError && /No such image|pull access denied/i.test(error.message)) {
    return new FleetError('image-not-found', `${error.message} Every host needs it, or a registry to fetch it from.`, {
      cause: error,
      field: 'imageName',
    });
  }
  if (!(error instanceof EngineRefusal)) return error;
  const { engineStatus: status, words } = error;
  const options = (field: string) => ({ cause: error, field });
  if (/name conflicts/i.test(words)) {
    return new FleetError(
      'name-taken',
      `The Swarm has a service ${JSON.stringify(spec.name)} already.`,
      options('containerName'),
    );
  }
  if (/network .*not found/i.test(words) || (status === 404 && /network/i.test(words))) {
    return new FleetError('network-not-found', error.message, options('networkName'));
  }
  return new FleetError('start-failed', error.message, { cause: error });
}
