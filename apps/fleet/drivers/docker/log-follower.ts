// The log of one container, as it grows. The engine's stream ends with the container; this goes on when it starts again.
// Invariant: each line comes once, in order.

import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import { LogFrames } from '../engine/log-frames.ts';

const REASON_LINES = 20;

interface LoggedLine {
  readonly text: string;
  /** RFC 3339 with nanoseconds. */
  readonly at: string;
}

/** The last `count` lines. */
export async function readLog(engine: Engine, dockerId: string, count: number): Promise<LoggedLine[]> {
  const lines: LoggedLine[] = [];
  if (count === 0) return lines;
  const options = { stdout: true, stderr: true, timestamps: true, tail: count, follow: false } as const;
  const bytes = await engine.ask((docker) => docker.getContainer(dockerId).logs(options));
  new LogFrames((text, at) => lines.push({ text, at })).take(bytes);
  return lines.slice(-count);
}

/** The end of it, in which the reason of an end stands; nothing when it cannot be read any more. */
export async function readLastWords(engine: Engine, dockerId: string): Promise<string[]> {
  const lines = await readLog(engine, dockerId, REASON_LINES).catch(() => []);
  return lines.map(({ text }) => text);
}

export class LogFollower {
  readonly #engine: Engine;
  readonly #dockerIdOf: () => string | undefined;
  readonly #onLine: (line: string) => void;
  #last = '';
  #stream: Readable | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  /** @param dockerIdOf the engine's id of the container, undefined while there is none */
  constructor(engine: Engine, dockerIdOf: () => string | undefined, onLine: (line: string) => void) {
    this.#engine = engine;
    this.#dockerIdOf = dockerIdOf;
    this.#onLine = onLine;
  }

  /** Resolves once it has told the last `count` lines. */
  async open(count: number): Promise<void> {
    // At least one: it says from when on the rest is new.
    const dockerId = this.#dockerIdOf();
    const lines = dockerId === undefined ? [] : await readLog(this.#engine, dockerId, Math.max(1, count));
    this.#last = lines.at(-1)?.at ?? '';
    for (const { text } of count === 0 ? [] : lines) this.#onLine(text);
    await this.goOn();
  }

  /** The container runs again: what it has said since the stream ended, and on from there. */
  async goOn(): Promise<void> {
    if (this.#stream !== undefined || this.#closed) return;
    this.#opening ??= this.#follow().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  close(): void {
    this.#closed = true;
    this.#stream?.destroy();
  }

  async #follow(): Promise<void> {
    const dockerId = this.#dockerIdOf();
    if (dockerId === undefined) return;
    const from = this.#last === '' ? {} : { since: sinceOf(this.#last) };
    const options = { stdout: true, stderr: true, timestamps: true, follow: true, ...from } as const;
    const stream = (await this.#engine.ask((docker) =>
      // The types know `since` as a number only, which is too coarse.
      docker.getContainer(dockerId).logs(options as Docker.ContainerLogsOptions & { follow: true }),
    )) as Readable;
    if (this.#closed) return void stream.destroy();
    this.#stream = stream;
    const known = this.#last;
    const frames = new LogFrames((line, at) => {
      // `since` includes that very moment.
      if (at <= known) return;
      this.#last = at;
      if (!this.#closed) this.#onLine(line);
    });
    stream.on('data', (bytes: Buffer) => frames.take(bytes));
    // Its end comes as a close, also after an error; whoever starts the container again calls.
    stream.on('error', () => {});
    stream.on('close', () => {
      this.#stream = undefined;
    });
  }
}

/** Unix seconds with nanoseconds, as the engine wants a time that it gave itself. */
function sinceOf(at: string): string {
  const [, seconds, nanoseconds = '0'] = /^(.*T[0-9:]+)(?:\.([0-9]+))?Z$/.exec(at) ?? [];
  return `${Date.parse(`${seconds}Z`) / 1000}.${nanoseconds}`;
}
