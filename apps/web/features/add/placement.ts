// Where a container's instances shall run, from the fields of the form. Pure.

import type { Placement } from '@enjambre/contract';
import type { SharedFields } from './draft.ts';

/** What the contract allows. */
const MOST_REPLICAS = 1_000;

/** Whether the number of instances is one. */
export function replicasAreRight({ placement, replicas }: SharedFields): boolean {
  return (
    placement !== 'replicas' ||
    (/^\d{1,4}$/.test(replicas) && Number(replicas) >= 1 && Number(replicas) <= MOST_REPLICAS)
  );
}

/** Undefined for one instance, anywhere: the usual, which every driver gives. */
export function placementOf({ placement, replicas, host, constraints, spread }: SharedFields): Placement | undefined {
  const wanted = listOf(constraints);
  const parts = {
    ...(placement === 'replicas' && { replicas: Number(replicas) }),
    ...(placement !== 'global' && host !== '' && { host }),
    ...(wanted.length > 0 && { constraints: wanted }),
    ...(placement === 'replicas' && spread.trim() !== '' && { spread: spread.trim() }),
  };
  if (placement === 'one' && Object.keys(parts).length === 0) return undefined;
  return { mode: placement as Placement['mode'], ...parts };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
