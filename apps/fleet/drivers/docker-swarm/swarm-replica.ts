// One slot of a service: what its tasks, one after the other, say about the instance there. Pure.

import type { ContainerState, Reason } from '@enjambre/contract';
import type { Endpoint, PortMapping, Replica } from '../driver.ts';
import { CONTROL_PORT } from '../engine/client-command.ts';
import { PLAN_LABEL } from '../engine/labels.ts';
import { addressOf, reasonFor } from './swarm-host.ts';
import type { SwarmNode, SwarmTask } from './swarm-records.ts';

export interface SeenReplica extends Replica {
  readonly taskId: string;
  readonly nodeId: string;
  /** The engine's id of its container, on its host. */
  readonly dockerId: string | undefined;
  /** That it was made by. */
  readonly plan: string | undefined;
  readonly ports: readonly PortMapping[];
}

export interface ReadingOptions {
  readonly nodes: readonly SwarmNode[];
  /** Whether control servers are asked on the instances' network. */
  readonly byNetwork: boolean;
  readonly token: string | undefined;
  readonly stopped: boolean;
}

/** Desired states of a task that is to run now or soon. */
const WANTED = ['ready', 'running'];
const ENDED = ['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'];
const FAILED = ['failed', 'rejected'];

/** Which instance a task is an attempt at: the number of a replica, the host of a global one. */
export function slotOf({ Slot, NodeID }: SwarmTask): string {
  return Slot ? `${Slot}` : (NodeID ?? '');
}

export function hasEnded({ Status: status }: SwarmTask): boolean {
  return ENDED.includes(status.State);
}

function hasFailed({ Status: status }: SwarmTask): boolean {
  return FAILED.includes(status.State);
}

/** @param tasks of this slot @returns undefined when there is nothing in it that should be */
export function readReplica(
  slot: string,
  tasks: readonly SwarmTask[],
  options: ReadingOptions,
): SeenReplica | undefined {
  const { nodes, stopped } = options;
  const newestFirst = [...tasks].sort((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1));
  const nodeOf = (task: SwarmTask) => nodes.find(({ ID }) => ID === task.NodeID);
  const isLost = (task: SwarmTask) => !hasEnded(task) && nodeOf(task)?.Status.State === 'down';
  const wanted = newestFirst.find(({ DesiredState }) => WANTED.includes(DesiredState));
  // Of a host that is down nobody knows whether it has ended.
  const task = wanted ?? newestFirst.find(isLost);
  if (task === undefined || stopped) return undefined;
  const node = nodeOf(task);
  const before = newestFirst.find((other) => other !== task);
  const state = stateOf(task, isLost(task), before);
  const runs = state === 'running';
  return {
    id: slot,
    taskId: task.ID,
    nodeId: node?.ID ?? '',
    host: node?.Description.Hostname ?? null,
    image: task.Spec.ContainerSpec?.Image ?? '',
    state,
    dockerId: task.Status.ContainerStatus?.ContainerID,
    plan: task.Spec.ContainerSpec?.Labels?.[PLAN_LABEL],
    endpoint: runs && node !== undefined ? endpointOf(task, node, options) : undefined,
    ports: runs && node !== undefined ? portsOf(task, node) : [],
    startedAt: runs ? Date.parse(task.Status.Timestamp) : undefined,
    problem: problemOf(task, { lost: [task, before].find((one) => one !== undefined && isLost(one)), before, nodeOf }),
  };
}

function stateOf(task: SwarmTask, lost: boolean, before: SwarmTask | undefined): ContainerState {
  if (lost) return 'dead';
  const { State: state } = task.Status;
  if (state === 'running') return task.DesiredState === 'running' ? 'running' : 'created';
  if (hasEnded(task)) return 'restarting';
  return before === undefined ? 'created' : 'restarting';
}

interface Around {
  /** It, or the one before it, on a host that is down. */
  readonly lost: SwarmTask | undefined;
  readonly before: SwarmTask | undefined;
  readonly nodeOf: (task: SwarmTask) => SwarmNode | undefined;
}

function problemOf(task: SwarmTask, { lost, before, nodeOf }: Around): Reason | undefined {
  const { State: state, Err: words = '', Timestamp: at } = task.Status;
  const since = Date.parse(at);
  const node = lost && nodeOf(lost);
  const waits = state === 'pending' && words !== '';
  if (node !== undefined && state !== 'running' && task !== lost) {
    const further = waits ? ` For another there is no host: ${words}.` : '';
    return { code: 'host-down', message: `Its host ${node.Description.Hostname} is down.${further}`, since };
  }
  if (node !== undefined && task === lost) {
    return { code: 'host-down', message: `Its host ${node.Description.Hostname} is down. ${reasonFor(node)}`, since };
  }
  if (waits) return { code: 'no-host', message: `Swarm finds no host for it: ${words}.`, since };
  const failed = hasFailed(task) ? task : before;
  if (state === 'running' || failed === undefined || !hasFailed(failed)) return undefined;
  return {
    code: 'restarting',
    message: `It ended (${failed.Status.Err || failed.Status.Message || 'nobody knows why'}); Swarm starts it again.`,
    since,
  };
}

function endpointOf(task: SwarmTask, node: SwarmNode, { byNetwork, token }: ReadingOptions): Endpoint | undefined {
  if (token === undefined) return undefined;
  if (byNetwork) {
    const address = task.NetworksAttachments?.flatMap(({ Addresses }) => Addresses ?? [])[0]?.split('/')[0];
    return address === undefined ? undefined : { host: address, port: CONTROL_PORT, token };
  }
  const published = task.Status.PortStatus?.Ports?.find(({ TargetPort }) => TargetPort === CONTROL_PORT)?.PublishedPort;
  const host = addressOf(node);
  return published && host !== undefined ? { host, port: published, token } : undefined;
}

function portsOf(task: SwarmTask, node: SwarmNode): PortMapping[] {
  return (task.Status.PortStatus?.Ports ?? []).flatMap(({ Protocol: type, TargetPort, PublishedPort }) =>
    type === 'sctp'
      ? []
      : { privatePort: TargetPort, publicPort: PublishedPort, type, ip: addressOf(node) ?? '0.0.0.0' },
  );
}
