// Makes a container run and waits until its client listens.
// Invariant: when it throws, the container does not run; one that was made for it is gone, with its reason told.

import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { FleetError, reasonOf } from '../../errors.ts';
import type { InstanceSpec } from '../driver.ts';
import { refuseLink } from '../engine/bound-folder.ts';
import { makeToken } from '../engine/client-token.ts';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { PLAN_LABEL } from '../engine/labels.ts';
import { containerLog, readLastWords } from '../engine/log-follower.ts';
import { ANSWER_TIMEOUT_MS, exitOf, untilAnswers } from './container-life.ts';
import { type ContainerPolicy, planContainer, torrentPlaceOf } from './container-plan.ts';
import type { InspectedContainer } from './inspected-container.ts';
import { packFile } from './torrent-archive.ts';

/** Set once a client has listened. */
const proven = { RestartPolicy: { Name: 'unless-stopped' } };

export interface StartOptions {
  readonly engine: Engine;
  readonly policy: ContainerPolicy;
  readonly spec: InstanceSpec;
  /** Of the network that it is to be on, as that is now. */
  readonly networkId: string;
  /** The container that there is for it already. */
  readonly existing: InspectedContainer | undefined;
  /** Shows the container as it is now; undefined when there is none. */
  readonly inspect: (dockerId: string) => Promise<InspectedContainer | undefined>;
  /** What went wrong and does not keep it from running. */
  readonly warn: (sentence: string) => void;
  /** Whether somebody has asked meanwhile that it does not run. */
  readonly unwanted: () => boolean;
}

export async function startContainer(options: StartOptions): Promise<InspectedContainer> {
  const { engine, spec, policy, warn } = options;
  await refuseLink(spec.folder);
  const existing = await keepIfSame(options);
  const dockerId = existing?.dockerId ?? (await create(engine, spec, policy));
  const container = <T>(act: (one: Docker.Container) => Promise<T>) =>
    engine.ask((docker) => act(docker.getContainer(dockerId)));
  try {
    if (existing?.proven) await container((one) => one.update({ RestartPolicy: { Name: 'no' } }));
    // It answers 304 when it runs already, which is as good.
    await container((one) => one.start()).catch((error) => {
      if (!(error instanceof EngineRefusal && error.engineStatus === 304)) throw error;
    });
    const seen = await ready(options, dockerId);
    // It runs, whether or not the engine notes that.
    await container((one) => one.update(proven)).catch((error) => warn(`${spec.name}: ${reasonOf(error)}`));
    return seen;
  } catch (error) {
    const reason = translate(error, spec);
    // What could not be taken back is not the reason.
    if (existing === undefined) await container((one) => one.remove({ force: true, v: true })).catch(() => {});
    else await container((one) => one.kill()).catch(() => {});
    // It has listened once; ended by a kill, the engine leaves it alone.
    if (existing?.proven) await container((one) => one.update(proven)).catch(() => {});
    throw reason;
  }
}

/**
 * One that was made for other wishes is removed: nothing of a container can be changed but its limits. So is one whose
 * network was removed: it is bound to that, not to the name, and never starts or is reached again.
 */
async function keepIfSame(options: StartOptions): Promise<InspectedContainer | undefined> {
  const { engine, spec, policy, existing, networkId } = options;
  if (existing === undefined) return undefined;
  const isSame = existing.plan === planContainer(spec, policy, '').Labels?.[PLAN_LABEL];
  if (isSame && existing.networkIds.some((id) => id === networkId || id === '')) return existing;
  await engine.ask((docker) => docker.getContainer(existing.dockerId).remove({ force: true, v: true }));
  return undefined;
}

async function create(engine: Engine, spec: InstanceSpec, policy: ContainerPolicy): Promise<string> {
  const [uid, gid] = policy.user.split(':').map(Number);
  const { folder, name } = torrentPlaceOf(spec.id);
  const archive = packFile(name, await readFile(spec.torrentPath), { uid, gid });
  const token = makeToken();
  try {
    const made = await engine.ask((docker) => docker.createContainer(planContainer(spec, policy, token)));
    try {
      // Not bound from our own folder, which may be lost or out of the engine's reach.
      await engine.ask((docker) => docker.getContainer(made.id).putArchive(archive, { path: folder }));
    } catch (error) {
      await engine.ask((docker) => docker.getContainer(made.id).remove({ force: true, v: true })).catch(() => {});
      throw error;
    }
    return made.id;
  } catch (error) {
    throw translate(error, spec);
  }
}

/** @throws FleetError `start-failed` with the last thing that it said */
async function ready({ engine, inspect, unwanted }: StartOptions, dockerId: string): Promise<InspectedContainer> {
  const started = performance.now();
  const seen = await untilAnswers(() => inspect(dockerId), unwanted);
  if (seen?.instance === undefined) {
    const lines = await readLastWords(containerLog(engine, dockerId));
    throw new FleetError('start-failed', `The client ended at once. ${exitOf(seen, lines, seen?.exitCode).message}`);
  }
  if (performance.now() - started < ANSWER_TIMEOUT_MS) return seen;
  throw new FleetError('start-failed', `The client did not answer within ${ANSWER_TIMEOUT_MS / 1000} s.`);
}

/** From the engine's words to ours. */
function translate(error: unknown, spec: InstanceSpec): unknown {
  if (!(error instanceof EngineRefusal)) return error;
  const { engineStatus: status, words } = error;
  const options = (field: string) => ({ cause: error, field });
  const name = JSON.stringify(spec.name);
  if (status === 409 && /name/i.test(words)) {
    return new FleetError('name-taken', `The engine has a container ${name} already.`, options('containerName'));
  }
  if (/port is already allocated|address already in use/i.test(words)) {
    return new FleetError('port-taken', `Port ${spec.overlayPort} of this machine is in use.`, options('port'));
  }
  if (/no such image/i.test(words)) {
    return new FleetError('image-not-found', `${words}; npm run image makes ours.`, options('imageName'));
  }
  if (status === 404 && /network/i.test(words)) {
    return new FleetError('network-not-found', error.message, options('networkName'));
  }
  return new FleetError('start-failed', error.message, { cause: error });
}
