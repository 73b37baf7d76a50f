// The hosts of a Swarm as callers see them. Pure.

import type { Host } from '@enjambre/contract';
import type { SwarmNode } from './swarm-records.ts';

/** What a manager says of itself when it listens on all addresses. */
const NO_ADDRESS = '0.0.0.0';

/** @param running each with the id of its host */
export function hostsOf(nodes: readonly SwarmNode[], running: readonly { readonly nodeId: string }[]): Host[] {
  return nodes.map((node) => {
    const { Description: about, Spec: spec, Status: status } = node;
    return {
      id: node.ID,
      name: about.Hostname,
      address: addressOf(node) ?? null,
      state: status.State === 'ready' || status.State === 'down' ? status.State : 'unknown',
      reason: reasonFor(node),
      labels: { ...spec.Labels },
      cpus: (about.Resources?.NanoCPUs ?? 0) / 1e9,
      memoryBytes: about.Resources?.MemoryBytes ?? 0,
      instances: running.filter(({ nodeId }) => nodeId === node.ID).length,
    };
  });
}

/** Where its ports are; undefined when Swarm does not say. */
export function addressOf({ Status: status, ManagerStatus: manager }: SwarmNode): string | undefined {
  if (status.Addr !== undefined && status.Addr !== NO_ADDRESS && status.Addr !== '') return status.Addr;
  const match = /^\[?(.+?)\]?:[0-9]+$/.exec(manager?.Addr ?? '');
  return match === null || match[1] === NO_ADDRESS ? undefined : match[1];
}

/** A sentence; null when it is as it should be. */
export function reasonFor({ Status: status, Spec: spec }: SwarmNode): string | null {
  if (status.State !== 'ready') {
    const words = status.Message ? ` Swarm says: ${status.Message}.` : '';
    return `It does not answer the Swarm's manager.${words}`;
  }
  if (spec.Availability === 'drain') return 'It is drained: its instances go elsewhere.';
  return spec.Availability === 'pause' ? 'It is paused: it takes no further instances.' : null;
}
