// Our tracker as people start it, for a swarm's tests.

import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { startEnjambre } from '../contract/client-process.ts';

export class TrackerProcess {
  /** Where clients announce. */
  readonly url: string;
  readonly #process: ReturnType<typeof startEnjambre>;

  private constructor(url: string, process: ReturnType<typeof startEnjambre>) {
    this.url = url;
    this.#process = process;
  }

  /** Resolves once it listens. @param port 0 for any free one */
  static async start(t: TestContext, port = 0, host = '127.0.0.1'): Promise<TrackerProcess> {
    const process = startEnjambre(t, ['tracker', `--host=${host}`, `--port=${port}`, '--interval=10']);
    const { url } = await process.line(/listening/);
    return new TrackerProcess(String(url), process);
  }

  /** Peers it knows, of all torrents. */
  async peers(): Promise<number> {
    const stats = (await (await fetch(new URL('/stats', this.url))).json()) as { peers: number };
    return stats.peers;
  }

  async kill(): Promise<void> {
    const exit = once(this.#process.child, 'exit');
    this.#process.child.kill('SIGKILL');
    await exit;
  }
}
