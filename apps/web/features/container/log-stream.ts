// The log of one container as it is written: over a WebSocket that is opened again when it closes. Keeps the last lines.

import { ValueStore } from '../../lib/value-store.ts';
import { readLogLine, type ShownLine } from './log-line.ts';

const KEPT_LINES = 5_000;
const RETRY_MS = 2_000;
/** Lines come in bursts; one rendering each. */
const BURST_MS = 100;

export interface LogState {
  readonly lines: readonly ShownLine[];
  readonly connection: 'connecting' | 'open' | 'lost';
}

export class LogStream extends ValueStore<LogState> {
  constructor() {
    super({ lines: [], connection: 'connecting' });
  }

  /** Follows the log of `id`; gives what stops it. @param several whether it has several instances */
  open(id: string, several: boolean): () => void {
    const url = new URL(`/ws/logs/${encodeURIComponent(id)}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    let socket: WebSocket | undefined;
    let isStopped = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let burst: ReturnType<typeof setTimeout> | undefined;
    let arrived: ShownLine[] = [];
    let number = 0;

    const flush = (): void => {
      burst = undefined;
      const lines = arrived;
      arrived = [];
      this.update((state) => ({ ...state, lines: [...state.lines, ...lines].slice(-KEPT_LINES) }));
    };
    const connect = (): void => {
      // A new connection tells the last lines again.
      let isFirst = true;
      const current = new WebSocket(url);
      socket = current;
      current.onopen = () => this.update((state) => ({ ...state, connection: 'open' }));
      current.onmessage = ({ data }) => {
        if (isFirst) this.update((state) => ({ ...state, lines: [] }));
        isFirst = false;
        for (const line of String(data).replace(/\n$/, '').split('\n')) {
          number += 1;
          arrived.push(readLogLine(line, number, several));
        }
        burst ??= setTimeout(flush, BURST_MS);
      };
      current.onclose = () => {
        if (isStopped) return;
        this.update((state) => ({ ...state, connection: 'lost' }));
        retry = setTimeout(connect, RETRY_MS);
      };
    };
    connect();
    return () => {
      isStopped = true;
      clearTimeout(retry);
      clearTimeout(burst);
      socket?.close();
    };
  }
}
