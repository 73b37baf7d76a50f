// A container as callers see it: the row of the page's list, and the forms of the older API. Pure.

import type { ContainerState, ContainerView, Health, Reason, Status } from '@enjambre/contract';
import type { Driver } from '../drivers/driver.ts';
import type { Sight } from '../watcher/sight.ts';
import type { Watcher } from '../watcher/watcher.ts';
import type { Container, Phase } from './container.ts';
import { instanceViewOf } from './instance-view.ts';
import { reasonOfClient } from './reason-of-client.ts';

const states: Readonly<Record<Phase, ContainerState>> = {
  created: 'created',
  starting: 'restarting',
  running: 'running',
  stopping: 'running',
  waiting: 'restarting',
  stopped: 'exited',
};

export function viewOf(container: Container, driver: Driver, watcher: Watcher): ContainerView {
  const { record, phase, last, startedAt } = container;
  const sight = watcher.get(record.id);
  const seen = sight ?? record.lastSeen;
  const replicas = driver.replication?.replicas(record.id) ?? [];
  const trouble = record.wanted === 'running' ? driver.replication?.problemOf(record.id) : undefined;
  const running = phase === 'running' || phase === 'stopping';
  return {
    id: record.id,
    name: record.name,
    driver: driver.name,
    state: stateOf(container),
    wanted: record.wanted,
    health: healthOf(running, sight),
    reason: trouble ?? reasonFor(container, sight),
    torrentName: record.torrentName,
    infoHash: record.infoHash,
    totalSize: record.totalSize,
    status: seen?.status ?? null,
    statusAt: seen?.statusAt ?? null,
    createdAt: record.createdAt,
    startedAt: startedAt ?? null,
    exitCode: running || last === undefined ? null : last.exitCode,
    restarts: record.restarts,
    host: driver.get(record.id)?.host ?? null,
    instances: replicas.map((replica) => instanceViewOf(replica, watcher.get(record.id, replica.id))),
    update: driver.replication?.updateOf(record.id) ?? null,
    config: record.config,
  };
}

export function stateOf({ phase, last }: Container): ContainerState {
  // The first start is not a restart.
  return phase === 'starting' && last === undefined ? 'created' : states[phase];
}

/** `Up 5 minutes`, `Exited (137) 2 hours ago`: in the words that `docker ps` has. */
export function statusWords({ phase, startedAt, last, record }: Container, now: number): string {
  if (phase === 'running' || phase === 'stopping') return `Up ${age(now - (startedAt ?? now))}`;
  if (last === undefined || phase === 'created') return 'Created';
  const code = last.exitCode ?? 255;
  const word = phase === 'stopped' && record.wanted === 'stopped' ? 'Exited' : 'Restarting';
  return `${word} (${code}) ${age(now - last.at)} ago`;
}

/** The ten fields of a client that does not answer. */
export const noStatus: Omit<Status, 'state'> = {
  paused: false,
  progress: 0,
  downloaded: 0,
  total_size: 0,
  download_speed: 0,
  upload_speed: 0,
  connected_peers: 0,
  total_peers: 0,
  eta: '∞',
};

function healthOf(running: boolean, sight: Sight | undefined): Health {
  return running ? (sight?.health ?? 'starting') : 'none';
}

function reasonFor({ phase, phaseSince, last, rest }: Container, sight: Sight | undefined): Reason | null {
  const since = phaseSince;
  if (phase === 'created' || phase === 'starting') {
    return { code: 'starting', message: 'Its client is being started.', since };
  }
  if (phase === 'stopped' || phase === 'stopping') {
    return { code: 'stopped-by-user', message: 'It was stopped by hand.', since };
  }
  if (phase === 'waiting') {
    const what = last?.what;
    const code = what === 'exited' || what === 'killed' || what === 'start-failed' ? what : 'restarting';
    const seconds = Math.round((rest?.durationMs ?? 0) / 1000);
    return { code, message: `${last?.message ?? ''} It is started again after ${seconds} s.`.trim(), since };
  }
  if (sight?.health === 'unreachable') {
    return { code: 'no-answer', message: 'Its client runs and does not answer.', since: sight.since };
  }
  if (sight === undefined || sight.health === 'starting') {
    return { code: 'starting', message: 'Its client has not answered yet.', since };
  }
  return sight.reason === undefined ? null : reasonOfClient(sight.reason, sight.reasonSince);
}

function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const steps: readonly (readonly [number, string])[] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const [length, word] = steps.find(([least]) => seconds >= least) ?? [1, 'second'];
  const count = Math.floor(seconds / length);
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
