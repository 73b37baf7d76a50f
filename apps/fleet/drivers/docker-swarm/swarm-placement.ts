// From what is wished about hosts to what Swarm is told: it chooses hosts, we choose between what. Pure.

import type { Placement } from '@enjambre/contract';
import type Docker from 'dockerode';
import { FleetError, invalidField } from '../../errors.ts';
import type { SwarmNode } from './swarm-records.ts';

/** No host has that id: whatever carries this constraint is stopped, and keeps its log. */
export const STOPPED = 'node.id==stopped';

/** @param hostId of `placement.host` */
export function planPlacement(placement: Placement | null, hostId: string | undefined, alone: boolean) {
  const { constraints = [], spread } = placement ?? {};
  return {
    Constraints: [...constraints, ...(hostId === undefined ? [] : [`node.id==${hostId}`])],
    ...(spread !== undefined && { Preferences: [{ Spread: { SpreadDescriptor: spread } }] }),
    // Two clients cannot write into one folder of one host.
    ...(alone && { MaxReplicas: 1 }),
  };
}

export function planMode(placement: Placement | null): Docker.ServiceMode {
  if (placement?.mode === 'global') return { Global: {} };
  return { Replicated: { Replicas: placement?.mode === 'replicas' ? placement.replicas : 1 } };
}

/** @returns the id of the one host that is asked for @throws FleetError `host-not-found`, `invalid-request` */
export function hostIdOf(placement: Placement | null, nodes: readonly SwarmNode[]): string | undefined {
  const host = placement?.host;
  if (host === undefined) return undefined;
  const found = nodes.filter(({ ID, Description }) => ID === host || Description.Hostname === host);
  if (found.length === 1) return found[0].ID;
  if (found.length > 1) {
    const ids = found.map(({ ID }) => ID).join(', ');
    throw invalidField('placement', `${found.length} hosts are called ${host}; name one by its id: ${ids}`);
  }
  throw new FleetError('host-not-found', `There is no host ${JSON.stringify(host)} in this Swarm.`, {
    field: 'placement',
  });
}
