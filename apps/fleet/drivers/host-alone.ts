// The one machine of a driver that has no others, and what it says to wishes about hosts.

import { availableParallelism, totalmem } from 'node:os';
import type { Host, Placement } from '@enjambre/contract';
import { invalidField } from '../errors.ts';

export interface HostAlone {
  readonly name: string;
  /** How many run there. */
  readonly instances: number;
  /** Why it cannot be reached. */
  readonly problem?: string | undefined;
  readonly id?: string;
  /** Of this machine, where nothing else is said. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

export function hostAlone({ name, instances, problem, id, cpus, memoryBytes }: HostAlone): Host {
  return {
    id: id ?? name,
    name,
    address: null,
    state: problem === undefined ? 'ready' : 'down',
    reason: problem ?? null,
    labels: {},
    cpus: cpus ?? availableParallelism(),
    memoryBytes: memoryBytes ?? totalmem(),
    instances,
  };
}

/** @throws FleetError `invalid-request` for what only several hosts can give */
export function refusePlacement(placement: Placement | null, driver: string): void {
  const { mode = 'one', ...further } = placement ?? {};
  if (mode === 'one' && Object.keys(further).length === 0) return;
  throw invalidField('placement', `the driver ${driver} has one host; docker-swarm has several`);
}
