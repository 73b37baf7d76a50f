// What a Swarm's services, tasks and nodes say, read as instances and hosts. Pure.
// Invariant: of each slot (a replica, or a host of a global service) one task counts: the newest that shall run.

import type { Host, ImageUpdate, Reason } from '@enjambre/contract';
import type { Instance, Replica } from '../driver.ts';
import { PEER_PORT, TOKEN_VARIABLE } from '../engine/client-command.ts';
import { ID_LABEL, KEEPSAKE_LABEL, PLAN_LABEL } from '../engine/labels.ts';
import { hostsOf } from './swarm-host.ts';
import { STOPPED } from './swarm-placement.ts';
import type { SwarmNode, SwarmRecords, SwarmService, SwarmTask } from './swarm-records.ts';
import { type ReadingOptions, readReplica, type SeenReplica, slotOf } from './swarm-replica.ts';

export interface SeenService {
  /** Ours. */
  readonly id: string;
  readonly serviceId: string;
  readonly stopped: boolean;
  readonly plan: string | undefined;
  readonly token: string | undefined;
  readonly keepsake: string;
  /** The config that holds its .torrent. */
  readonly torrentConfig: string | undefined;
  /** Whether it was asked for as more than one. */
  readonly several: boolean;
  readonly tasks: readonly SwarmTask[];
  readonly replicas: readonly SeenReplica[];
  /** Undefined while none of it runs. */
  readonly instance: Instance | undefined;
  /** Tells one run from the next; of several there is one as long as any runs. */
  readonly run: string | undefined;
  readonly problem: Reason | undefined;
  readonly update: ImageUpdate | undefined;
  /** Undefined while none is on its way. */
  readonly rollout: Rollout | undefined;
}

/** An update that goes from instance to instance. */
interface Rollout {
  readonly image: string;
  /** How many may be of the new plan by now. */
  readonly allowed: number;
}

export interface Scene {
  readonly services: ReadonlyMap<string, SeenService>;
  readonly hosts: readonly Host[];
  readonly nodes: readonly SwarmNode[];
}

/** Holds the image that it was updated to. */
export const UPDATE_LABEL = 'enjambre.update';
/** Holds how many instances may be of the new plan by now; gone when all are, and answer. */
export const ROLLOUT_LABEL = 'enjambre.rollout';
const RUN_OF_SEVERAL = 'several';

export const emptyScene: Scene = { services: new Map(), hosts: [], nodes: [] };

export function readScene({ services, tasks, nodes }: SwarmRecords, byNetwork: boolean): Scene {
  const seen = services.map((one) =>
    readService(
      one,
      tasks.filter(({ ServiceID }) => ServiceID === one.ID),
      { nodes, byNetwork },
    ),
  );
  const running = seen.flatMap(({ replicas }) => replicas.filter(({ state }) => state === 'running'));
  return { services: new Map(seen.map((one) => [one.id, one])), hosts: hostsOf(nodes, running), nodes };
}

function readService(
  service: SwarmService,
  tasks: readonly SwarmTask[],
  options: Omit<ReadingOptions, 'token' | 'network' | 'stopped'>,
): SeenService {
  const { Labels: labels = {}, TaskTemplate: template, Mode: mode, Name: name = '' } = service.Spec;
  const container = template?.ContainerSpec;
  const stopped = template?.Placement?.Constraints?.includes(STOPPED) === true;
  const prefix = `${TOKEN_VARIABLE}=`;
  const token = container?.Env?.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
  const several = mode?.Global !== undefined || (mode?.Replicated?.Replicas ?? 1) !== 1;
  const slots = Map.groupBy(tasks, slotOf);
  const known = [...slots].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const reading = { ...options, token, stopped };
  const replicas = known.flatMap(([slot, attempts]) => readReplica(slot, attempts, reading) ?? []);
  const running = replicas.filter(({ state }) => state === 'running');
  const update = stopped ? undefined : updateOf(service);
  return {
    id: labels[ID_LABEL] ?? '',
    serviceId: service.ID,
    stopped,
    plan: labels[PLAN_LABEL],
    token,
    keepsake: labels[KEEPSAKE_LABEL] ?? '',
    torrentConfig: container?.Configs?.[0]?.ConfigID,
    several,
    tasks,
    replicas,
    instance: instanceOf(labels[ID_LABEL] ?? '', name, running, several),
    run: several && running.length > 0 ? RUN_OF_SEVERAL : running[0]?.taskId,
    problem: replicas.find(({ problem }) => problem !== undefined)?.problem,
    update,
    rollout: update?.state === 'updating' ? rolloutOf(labels) : undefined,
  };
}

function instanceOf(id: string, name: string, running: readonly SeenReplica[], several: boolean): Instance | undefined {
  const [first] = running;
  if (first === undefined) return undefined;
  return {
    id,
    host: several ? null : first.host,
    endpoint: several ? undefined : first.endpoint,
    peerAddress: several ? undefined : `${name}:${PEER_PORT}`,
    ports: running.flatMap(({ ports }) => ports),
    startedAt: Math.min(...running.map(({ startedAt = Number.POSITIVE_INFINITY }) => startedAt)),
  };
}

function updateOf({ Spec: { Labels: labels = {} }, UpdateStatus: status }: SwarmService): ImageUpdate | undefined {
  const image = labels[UPDATE_LABEL];
  if (image === undefined) return undefined;
  if (labels[ROLLOUT_LABEL] === undefined) {
    return { state: 'completed', message: `Every instance runs from ${image}.` };
  }
  if (status?.State === 'paused') {
    const message = `The update to ${image} has halted: ${status.Message ?? 'Swarm does not say why'}.`;
    return { state: 'paused', message };
  }
  return { state: 'updating', message: `Instances are made anew from ${image}, one after the other.` };
}

function rolloutOf(labels: Readonly<Record<string, string>>): Rollout {
  return { image: labels[UPDATE_LABEL], allowed: Number(labels[ROLLOUT_LABEL]) };
}

/** What a list of the driver shows of each. */
export function publicReplica({ id, host, image, state, endpoint, startedAt, problem }: SeenReplica): Replica {
  return { id, host, image, state, endpoint, startedAt, problem };
}
