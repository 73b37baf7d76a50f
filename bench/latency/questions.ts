// Asks a client the same 100 times a second, whether it has answered before or not, over connections that are kept.

import { Agent, request } from 'node:http';
import type { RunningClient } from '../../tests/interop/clients/tested-client.ts';

const INTERVAL_MS = 10;

export class Questions implements Disposable {
  /** Each answer's time, in milliseconds. */
  readonly takenMs: number[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #timer: NodeJS.Timeout;

  constructor(question: NonNullable<RunningClient['question']>) {
    this.#timer = setInterval(() => this.#ask(question), INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #ask({ url, init = {} }: NonNullable<RunningClient['question']>): void {
    const started = performance.now();
    const headers = init.headers as Record<string, string> | undefined;
    request(url, { agent: this.#agent, method: init.method, headers }, (answer) => {
      answer.on('end', () => this.takenMs.push(performance.now() - started)).resume();
    })
      // It is being stopped.
      .on('error', () => {})
      .end(init.body ?? undefined);
  }
}
