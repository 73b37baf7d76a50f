// What every view shares: the containers, what is pending, how the connection stands. Made once in main.tsx, handed down
// by context; the hooks here are the only way components look into it.

import type { ContainerView } from '@enjambre/contract';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { Clock } from '../lib/clock.ts';
import type { Notice } from '../lib/notice.ts';
import { ValueStore } from '../lib/value-store.ts';
import type { Said } from '../texts/text.ts';
import type { Connection } from './connection.ts';
import { FleetStore, type Totals } from './fleet-store.ts';
import { type Pending, PendingActions } from './pending-actions.ts';
import { SpeedHistory } from './speed-history.ts';
import type { Verb } from './verb.ts';

/** What is asked before others lose something. */
export interface Question {
  readonly verb: Verb;
  readonly consequence: Said;
  /** What it was asked by; the question stands beside it. */
  readonly anchor: Element | null;
  readonly confirm: () => void;
}

export interface Fleet {
  readonly store: FleetStore;
  readonly pending: PendingActions;
  readonly connection: ValueStore<Connection>;
  readonly notices: ValueStore<readonly Notice[]>;
  readonly question: ValueStore<Question | undefined>;
  readonly history: SpeedHistory;
  readonly clock: Clock;
}

export function createFleet(): Fleet {
  const store = new FleetStore();
  const clock = new Clock();
  const history = new SpeedHistory();
  clock.watch(() => {
    if (!store.loaded) return;
    history.add(clock.get() / 1000, store.totals.downloadSpeed, store.totals.uploadSpeed);
  });
  return {
    store,
    clock,
    history,
    pending: new PendingActions(store),
    connection: new ValueStore<Connection>({ kind: 'connecting', since: Date.now() }),
    notices: new ValueStore<readonly Notice[]>([]),
    question: new ValueStore<Question | undefined>(undefined),
  };
}

const Context = createContext<Fleet | undefined>(undefined);
export const FleetProvider = Context.Provider;

export function useFleet(): Fleet {
  const fleet = useContext(Context);
  if (fleet === undefined) throw new Error('no fleet around this component');
  return fleet;
}

export function useValue<Value>(store: ValueStore<Value>): Value {
  return useSyncExternalStore(store.watch, store.get);
}

/** Renders again only when what `select` picks is another value. */
export function useSelected<Value, Part>(store: ValueStore<Value>, select: (value: Value) => Part): Part {
  return useSyncExternalStore(store.watch, () => select(store.get()));
}

export function useRow(id: string): ContainerView | undefined {
  const { store } = useFleet();
  const watch = useCallback((listener: () => void) => store.watchRow(id, listener), [store, id]);
  return useSyncExternalStore(watch, () => store.row(id));
}

export function usePending(id: string): Pending | undefined {
  const { pending } = useFleet();
  const watch = useCallback((listener: () => void) => pending.watch(id, listener), [pending, id]);
  return useSyncExternalStore(watch, () => pending.get(id));
}

export function useTotals(): Totals {
  const { store } = useFleet();
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.watchList(listener), [store]),
    () => store.totals,
  );
}

export function useLoaded(): boolean {
  const { store } = useFleet();
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.watchList(listener), [store]),
    () => store.loaded,
  );
}

/** Counts up with each change of any row. */
export function useFleetVersion(): number {
  const { store } = useFleet();
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.watchList(listener), [store]),
    () => store.version,
  );
}

const watchNothing = () => () => {};

/** Unix milliseconds, to the second; renders again each second while `ticks`. */
export function useNow(ticks: boolean): number {
  const { clock } = useFleet();
  return useSyncExternalStore(ticks ? clock.watch : watchNothing, clock.get);
}
