// A client of a test's swarm: its own process, its own address, its own archives.

import { once } from 'node:events';
import { request as ask } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { Status } from '@enjambre/contract';
import { startClient } from '../contract/client-process.ts';
import { until } from './until.ts';

type Process = Awaited<ReturnType<typeof startClient>>;
type LogLine = Awaited<ReturnType<Process['line']>>;

/** What went over the wire, as the client tells when it ends. Bytes of payload. */
export interface Totals {
  readonly downloaded: number;
  readonly uploaded: number;
  readonly wasted: number;
  /** Pieces that failed their hash. */
  readonly failedPieces: number;
}

export interface SwarmClientOptions {
  /** The .torrent. */
  readonly torrent: string;
  readonly archives: string;
  /** Its own, of 127/8. */
  readonly host?: string;
  /** Further flags. */
  readonly flags?: readonly string[];
}

export class SwarmClient {
  readonly host: string;
  readonly listenPort: number;
  #lines: LogLine[] = [];
  readonly #process: Process;

  private constructor(host: string, process: Process) {
    this.host = host;
    this.#process = process;
    this.listenPort = process.listenPort;
  }

  /** Resolves once it listens. */
  static async start(t: TestContext, options: SwarmClientOptions): Promise<SwarmClient> {
    const { torrent, archives, host = '127.0.0.1', flags = [] } = options;
    const place = [`--torrent-file=${torrent}`, `--archives=${archives}`, `--listen-host=${host}`];
    return new SwarmClient(host, await startClient(t, [...place, ...flags]));
  }

  /** For `--peer`. */
  get address(): string {
    return `${this.host}:${this.listenPort}`;
  }

  get pid(): number {
    return this.#process.child.pid!;
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.#ask('status')) as Status;
  }

  async isHealthy(): Promise<boolean> {
    return (await this.#ask('health')) === 'OK';
  }

  /** What is held back goes on. */
  async resume(): Promise<void> {
    await this.#ask('resume', 'POST');
  }

  /** Resolves with the first status that fits. */
  when(wish: string, fits: (status: Status) => boolean, timeoutMs?: number): Promise<Status> {
    const ask = async (): Promise<Status | undefined> => {
      const status = await this.status();
      return fits(status) ? status : undefined;
    };
    return until(`${this.host} ${wish}`, ask, timeoutMs);
  }

  complete(timeoutMs?: number): Promise<Status> {
    return this.when('completes', ({ state }) => state === 'completed', timeoutMs);
  }

  /** The first log line, past or to come, whose message matches. */
  line(message: RegExp) {
    return this.#process.line(message);
  }

  /** Ends it as people do; resolves with what it tells then. @throws Error when it did not end well */
  async stop(): Promise<Totals> {
    this.#process.child.kill('SIGTERM');
    const { downloaded, uploaded, wasted, failedPieces } = await this.line(/: stopped$/);
    const { code, stderr, stdout } = await this.#process.ended;
    if (code !== 0) throw new Error(`${this.host} ended with ${code}: ${stderr}`);
    this.#lines = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as LogLine);
    return {
      downloaded: Number(downloaded),
      uploaded: Number(uploaded),
      wasted: Number(wasted),
      failedPieces: Number(failedPieces),
    };
  }

  /** The log lines whose message matches; to be asked after `stop`. */
  said(message: RegExp): LogLine[] {
    return this.#lines.filter((line) => message.test(line.message));
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    const exit = once(this.#process.child, 'exit');
    this.#process.child.kill('SIGKILL');
    await exit;
  }

  /** A connection for each question: one that is kept may be closed by the client just when it is used again. */
  #ask(path: string, method = 'GET'): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = ask({ host: '127.0.0.1', port: this.#process.httpPort, path: `/${path}`, method, agent: false });
      request.on('error', reject).on('response', (response) => resolve(text(response)));
      request.end();
    });
  }
}
