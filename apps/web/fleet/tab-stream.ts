// One event stream for all tabs of a browser: over HTTP/1.1 it has six connections to an origin, the seventh tab would
// wait for ever. The visible tab that holds the lock listens and tells the others; a hidden tab neither listens nor is told.

import type { FleetEvent } from '@enjambre/contract';
import type { ValueStore } from '../lib/value-store.ts';
import type { Connection } from './connection.ts';
import type { FleetStore } from './fleet-store.ts';
import { runLiveStream } from './live-stream.ts';

const LOCK = 'enjambre-events';
/** Going to another tab and back at once should not cost a new connection. */
const HIDDEN_GRACE_MS = 5_000;

type TabMessage =
  | { readonly kind: 'hello' }
  | { readonly kind: 'event'; readonly id: string | undefined; readonly event: FleetEvent }
  | { readonly kind: 'connection'; readonly connection: Connection };

export interface TabStreamParts {
  readonly store: FleetStore;
  readonly connection: ValueStore<Connection>;
  readonly onTorrentsChanged: () => void;
}

/** Starts listening; the page never stops. */
export function startTabStream({ store, connection, onTorrentsChanged }: TabStreamParts): void {
  const channel = new BroadcastChannel(LOCK);
  let lastId: string | undefined;
  let leads = false;
  let taking: AbortController | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const take = (event: FleetEvent, id: string | undefined): void => {
    lastId = id;
    store.apply(event);
    if (event.type === 'torrents') onTorrentsChanged();
  };
  const tell = (message: TabMessage): void => channel.postMessage(message);

  const lead = async (signal: AbortSignal): Promise<void> => {
    leads = true;
    await runLiveStream(
      store.loaded ? lastId : undefined,
      {
        event: (event, id) => {
          take(event, id);
          tell({ kind: 'event', id, event });
        },
        connection: (state) => {
          connection.set(state);
          tell({ kind: 'connection', connection: state });
        },
      },
      signal,
    );
    leads = false;
  };

  const join = (): void => {
    if (taking !== undefined) return;
    taking = new AbortController();
    const { signal } = taking;
    tell({ kind: 'hello' });
    // Without a secure context there are no locks: then every tab has a stream of its own.
    const turn = navigator.locks?.request(LOCK, { signal }, () => lead(signal)) ?? lead(signal);
    turn.catch(() => {
      // Left before its turn came.
    });
  };
  const leave = (): void => {
    taking?.abort();
    taking = undefined;
  };

  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (taking === undefined) return;
    if (data.kind === 'event' && !leads) take(data.event, data.id);
    else if (data.kind === 'connection' && !leads) connection.set(data.connection);
    else if (data.kind === 'hello' && leads && store.loaded) {
      tell({ kind: 'event', id: lastId, event: { type: 'snapshot', containers: [...store.rows()], at: Date.now() } });
      tell({ kind: 'connection', connection: connection.get() });
    }
  };

  const onVisibility = (): void => {
    clearTimeout(hiding);
    const hidden = document.visibilityState === 'hidden';
    store.setQuiet('hidden', hidden);
    if (hidden) hiding = setTimeout(leave, HIDDEN_GRACE_MS);
    else join();
  };
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
}
