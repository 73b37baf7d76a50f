// Our tracker as people start it, for a swarm's tests.

import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { startEnjambre } from '../contract/client-process.ts';

export interface TrackerStart {
  /** 0 for any free one. Default 0. */
  readonly port?: number;
  readonly host?: string;
  /** Further flags. */
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** What `/stats` tells, as far as tests ask. */
export interface TrackerStats {
  readonly peers: number;
  readonly set?: { readonly refused: number; readonly fellows: readonly { state: string; error: string }[] };
}

export class TrackerProcess {
  /** Where clients announce. */
  readonly url: string;
  readonly #process: ReturnType<typeof startEnjambre>;

  private constructor(url: string, process: ReturnType<typeof startEnjambre>) {
    this.url = url;
    this.#process = process;
  }

  /** Resolves once it listens. */
  static async start(t: TestContext, options: TrackerStart = {}): Promise<TrackerProcess> {
    const { port = 0, host = '127.0.0.1', flags = [], env = {} } = options;
    const place = [`--host=${host}`, `--port=${port}`, '--interval=10'];
    const process = startEnjambre(t, ['tracker', ...place, ...flags], env);
    const { url } = await process.line(/listening/);
    return new TrackerProcess(String(url), process);
  }

  async stats(): Promise<TrackerStats> {
    return (await (await fetch(new URL('/stats', this.url))).json()) as TrackerStats;
  }

  /** Peers it knows, of all torrents. */
  async peers(): Promise<number> {
    return (await this.stats()).peers;
  }

  /** The first log line, past or to come, whose message matches. */
  line(message: RegExp) {
    return this.#process.line(message);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.child.kill(signal);
  }

  /** Ends it as people do. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.#process.ended;
  }

  async kill(): Promise<void> {
    const exit = once(this.#process.child, 'exit');
    this.signal('SIGKILL');
    await exit;
  }
}
