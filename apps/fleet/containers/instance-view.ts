// One of several instances of a container as callers see it. Pure.

import type { InstanceView, Reason } from '@enjambre/contract';
import type { Replica } from '../drivers/driver.ts';
import type { Sight } from '../watcher/sight.ts';
import { reasonOfClient } from './reason-of-client.ts';

export function instanceViewOf(replica: Replica, sight: Sight | undefined): InstanceView {
  const { id, host, image, state, startedAt, problem } = replica;
  const runs = state === 'running';
  return {
    id,
    host,
    image,
    state,
    health: runs ? (sight?.health ?? 'starting') : 'none',
    reason: problem ?? (runs ? reasonFor(sight, startedAt) : null),
    status: sight?.status ?? null,
    startedAt: startedAt ?? null,
  };
}

function reasonFor(sight: Sight | undefined, startedAt: number | undefined): Reason | null {
  if (sight === undefined || sight.health === 'starting') {
    return { code: 'starting', message: 'Its client has not answered yet.', since: sight?.since ?? startedAt ?? 0 };
  }
  if (sight.health === 'unreachable') {
    return { code: 'no-answer', message: 'Its client runs and does not answer.', since: sight.since };
  }
  return sight.reason === undefined ? null : reasonOfClient(sight.reason, sight.reasonSince);
}
