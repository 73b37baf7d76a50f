// A container with its state in words, as a row shows it. Renders again when its container changes or was asked for
// something, and with the clock only while its words count the time.

import type { ContainerView } from '@enjambre/contract';
import { useFleet, useNow, usePending, useRow } from '../../fleet/fleet-context.tsx';
import type { Pending } from '../../fleet/pending-actions.ts';
import type { ShownState } from '../../fleet/shown-state.ts';
import { stateInList } from './row-text.ts';

interface ShownRow {
  readonly container: ContainerView;
  readonly pending: Pending | undefined;
  readonly shown: ShownState;
}

/** Undefined once the container is gone. */
export function useShownRow(id: string): ShownRow | undefined {
  const { clock } = useFleet();
  const container = useRow(id);
  const pending = usePending(id);
  const ticks = container !== undefined && stateInList(container, pending, clock.get()).ticks;
  const now = useNow(ticks);
  return container === undefined ? undefined : { container, pending, shown: stateInList(container, pending, now) };
}
