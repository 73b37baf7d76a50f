// The log of a container, or of a service, as it grows. The engine's stream may end with what it is of; this goes on when
// that starts again.
// Invariant: each line comes once, in order.

import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Engine } from './engine.ts';
import { LogFrames } from './log-frames.ts';

const REASON_LINES = 20;

interface LoggedLine {
  readonly text: string;
  /** RFC 3339 with nanoseconds. */
  readonly at: string;
}

/** Asks the engine for a log: gives bytes, or with `follow` a stream of them. */
export type Log = (options: Docker.ContainerLogsOptions) => Promise<NodeJS.ReadableStream | Buffer>;

export function containerLog(engine: Engine, dockerId: string): Log {
  return (options) =>
    engine.ask((docker) =>
      docker.getContainer(dockerId).logs(options as Docker.ContainerLogsOptions & { follow: true }),
    );
}

/** The last `count` lines. */
export async function readLog(log: Log, count: number): Promise<LoggedLine[]> {
  const lines: LoggedLine[] = [];
  if (count === 0) return lines;
  const options = { stdout: true, stderr: true, timestamps: true, tail: count, follow: false } as const;
  const bytes = (await log(options)) as Buffer;
  new LogFrames((text, at) => lines.push({ text, at })).take(bytes);
  // Of several runs, or hosts, each comes by itself. Times are of one length but for trailing zeros, and order as text.
  return lines.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-count);
}

/** The end of it, in which the reason of an end stands; nothing when it cannot be read any more. */
export async function readLastWords(log: Log): Promise<string[]> {
  const lines = await readLog(log, REASON_LINES).catch(() => []);
  return lines.map(({ text }) => text);
}

export class LogFollower {
  readonly #logNow: () => Log | undefined;
  readonly #onLine: (line: string) => void;
  #last = '';
  #stream: Readable | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  /** @param logNow as it is to be asked for then; undefined while there is none */
  constructor(logNow: () => Log | undefined, onLine: (line: string) => void) {
    this.#logNow = logNow;
    this.#onLine = onLine;
  }

  /** Resolves once it has told the last `count` lines. */
  async open(count: number): Promise<void> {
    // At least one: it says from when on the rest is new.
    const log = this.#logNow();
    const lines = log === undefined ? [] : await readLog(log, Math.max(1, count));
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
    const log = this.#logNow();
    if (log === undefined) return;
    const from = this.#last === '' ? {} : { since: sinceOf(this.#last) };
    const options = { stdout: true, stderr: true, timestamps: true, follow: true, ...from } as const;
    // The types know `since` as a number only, which is too coarse.
    const stream = (await log(options as Docker.ContainerLogsOptions)) as Readable;
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
