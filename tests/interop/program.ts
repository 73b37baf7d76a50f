// A program under test. Invariant: none outlives its test or this process; whatever it said is kept for the failure.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Enough for the last few seconds of the most talkative client. */
const MAX_OUTPUT_CHARACTERS = 8_000;
/** After SIGTERM; Transmission and rtorrent say goodbye to their trackers first. */
const GRACE_MS = 5_000;
/** These clients tell of their state only when asked: often enough to time them by it. */
const POLL_MS = 20;

const running = new Set<ChildProcess>();

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It can be written to; otherwise its standard input is empty. */
  readonly hasInput?: boolean;
}

export class Program {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isEnded = false;
  #output = '';

  constructor(command: string, programArguments: readonly string[], options: ProgramOptions = {}) {
    this.name = [command.split('/').at(-1), ...programArguments].join(' ');
    this.#child = spawn(command, programArguments, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text).slice(-MAX_OUTPUT_CHARACTERS);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    // It may have ended already.
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        running.delete(this.#child);
        this.#output += `\n[${reason}]`;
        this.#isEnded = true;
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('close', (code, signal) => end(`ended with ${signal ?? code}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** To its standard input. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The last of what it wrote. */
  get output(): string {
    return this.#output;
  }

  /**
   * Asks again and again until the answer is not undefined; a question that fails counts as not answered yet.
   * @param wish what is waited for, for the failure: `rtorrent … did not …`
   * @throws Error when the program ends before, or the time is over
   */
  async until<T>(wish: string, ask: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    let lastError: unknown;
    for (;;) {
      const hasEnded = this.#isEnded;
      try {
        const answer = await ask();
        if (answer !== undefined) return answer;
      } catch (error) {
        lastError = error;
      }
      if (hasEnded || performance.now() > deadline) {
        const when = hasEnded ? 'before it ended' : `within ${timeoutMs} ms`;
        throw new Error(`${this.name} did not ${wish} ${when}`, { cause: lastError });
      }
      await sleep(POLL_MS);
    }
  }

  /** Asks it to end, then makes it. */
  async stop(): Promise<void> {
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(killer);
  }
}

// The test runner ends a file that takes too long by SIGTERM, people by SIGINT.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
