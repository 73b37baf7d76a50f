// The connection to the backend's event stream: opened again as soon as it ends, going on after the last event that was
// heard. Runs in one tab of the browser, see tab-stream.ts.

import type { FleetEvent } from '@enjambre/contract';
import { readEventStream } from '../lib/event-stream.ts';
import type { Connection } from './connection.ts';

const EVENTS_PATH = '/api/v1/events';
/** Short enough to be live again within two seconds after the backend answers. */
const RETRY_MS = [250, 500, 1_000];
/** Two heartbeats and a half: the connection is dead even if nobody closed it. */
const SILENCE_MS = 25_000;
const SIGNED_OUT_RETRY_MS = 10_000;
const UNAUTHORIZED = 401;

export interface LiveStreamListener {
  readonly event: (event: FleetEvent, id: string | undefined) => void;
  readonly connection: (connection: Connection) => void;
}

/**
 * Reads events until `signal` aborts.
 * @param lastId the event to go on after; undefined asks for everything
 */
export async function runLiveStream(
  lastId: string | undefined,
  listener: LiveStreamListener,
  signal: AbortSignal,
): Promise<void> {
  let heardId = lastId;
  let heardAt: number | undefined;
  let failures = 0;
  let lostSince: number | undefined;
  while (!signal.aborted) {
    const silence = new AbortController();
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
    let isSignedOut = false;
    try {
      const response = await fetch(EVENTS_PATH, {
        headers: { accept: 'text/event-stream', ...(heardId !== undefined && { 'last-event-id': heardId }) },
        cache: 'no-store',
        signal: AbortSignal.any([signal, silence.signal]),
      });
      isSignedOut = response.status === UNAUTHORIZED;
      if (response.ok && response.body !== null) {
        // When nothing was missed, the first event may be a heartbeat, seconds from now.
        listener.connection({ kind: 'live', heardAt: Date.now() });
        for await (const message of readEventStream(response.body)) {
          clearTimeout(watchdog);
          watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
          failures = 0;
          lostSince = undefined;
          heardAt = Date.now();
          heardId = message.id ?? heardId;
          listener.connection({ kind: 'live', heardAt });
          listener.event(JSON.parse(message.data) as FleetEvent, heardId);
        }
      }
    } catch {
      // Whatever ended it, it is opened again.
    }
    clearTimeout(watchdog);
    if (signal.aborted) return;
    lostSince ??= Date.now();
    listener.connection(isSignedOut ? { kind: 'signed-out' } : { kind: 'lost', since: lostSince, heardAt });
    const waitMs = isSignedOut ? SIGNED_OUT_RETRY_MS : RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    await delay(waitMs, signal);
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
