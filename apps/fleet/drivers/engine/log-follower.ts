// The log of a container, or of a service, as it grows. The engine's stream may end with what it is of; this goes on when
// that starts again.
// Invariant: each line comes once, those of one writer in order.

import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Engine } from './engine.ts';
import { LogFrames, type LoggedLine } from './log-frames.ts';

const REASON_LINES = 20;
const SLACK_SECONDS = 2;

/** Where a log is read. */
export interface Log {
  /** Asks the engine for it: gives bytes, or with `follow` a stream of them. */
  ask(options: Docker.ContainerLogsOptions): Promise<NodeJS.ReadableStream | Buffer>;
  /** Whether it is of several writers, and each line is asked for its own. */
  readonly tellsWriter: boolean;
}

export function containerLog(engine: Engine, dockerId: string): Log {
  return {
    ask: (options) =>
      engine.ask((docker) =>
        docker.getContainer(dockerId).logs(options as Docker.ContainerLogsOptions & { follow: true }),
      ),
    tellsWriter: false,
  };
}

/** The last `count` lines. */
export async function readLog(log: Log, count: number): Promise<LoggedLine[]> {
  return count === 0 ? [] : (await readAll(log, count)).slice(-count);
}

/** The last `count` lines of each writer, by their times. */
async function readAll(log: Log, count: number): Promise<LoggedLine[]> {
  const lines: LoggedLine[] = [];
  const bytes = (await log.ask({ ...optionsOf(log), tail: count, follow: false })) as Buffer;
  new LogFrames((line) => lines.push(line), log.tellsWriter).take(bytes);
  // Of several runs, or hosts, each comes by itself. Times are of one length but for trailing zeros, and order as text.
  return lines.sort((a, b) => (a.at < b.at ? -1 : 1));
}

function optionsOf({ tellsWriter }: Log): Docker.ContainerLogsOptions {
  return { stdout: true, stderr: true, timestamps: true, details: tellsWriter };
}

/** The end of it, in which the reason of an end stands; nothing when it cannot be read any more. */
export async function readLastWords(log: Log): Promise<string[]> {
  const lines = await readLog(log, REASON_LINES).catch(() => []);
  return lines.map(({ text }) => text);
}

export class LogFollower {
  readonly #logNow: () => Log | undefined;
  readonly #onLine: (line: LoggedLine) => void;
  /** By writer, when it said what was told last. */
  readonly #last = new Map<string, string>();
  #stream: Readable | undefined;
  #opening: Promise<void> | undefined;
  #closed = false;

  /** @param logNow as it is to be asked for then; undefined while there is none */
  constructor(logNow: () => Log | undefined, onLine: (line: LoggedLine) => void) {
    this.#logNow = logNow;
    this.#onLine = onLine;
  }

  /** Resolves once it has told the last `count` lines. */
  async open(count: number): Promise<void> {
    // At least one: it says from when on the rest is new.
    const log = this.#logNow();
    const lines = log === undefined ? [] : await readAll(log, Math.max(1, count));
    for (const { writer, at } of lines) this.#last.set(writer, at);
    for (const line of count === 0 ? [] : lines.slice(-count)) this.#onLine(line);
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
    const newest = [...this.#last.values()].reduce((latest, at) => (at > latest ? at : latest), '');
    const from = newest === '' ? {} : { since: sinceOf(newest) };
    // The types know `since` as a number only, which is too coarse.
    const options = { ...optionsOf(log), follow: true, ...from } as Docker.ContainerLogsOptions;
    const stream = (await log.ask(options)) as Readable;
    if (this.#closed) return void stream.destroy();
    this.#stream = stream;
    const known = new Map(this.#last);
    const frames = new LogFrames((line) => {
      // `since` is somewhat before what is known.
      if (line.at <= (known.get(line.writer) ?? '')) return;
      this.#last.set(line.writer, line.at);
      if (!this.#closed) this.#onLine(line);
    }, log.tellsWriter);
    stream.on('data', (bytes: Buffer) => frames.take(bytes));
    // Its end comes as a close, also after an error; whoever starts the container again calls.
    stream.on('error', () => {});
    stream.on('close', () => {
      this.#stream = undefined;
    });
  }
}

/** Unix seconds with nanoseconds, as the engine wants a time that it gave itself; a little earlier, since one host's word comes later than another's. */
function sinceOf(at: string): string {
  const [, seconds, nanoseconds = '0'] = /^(.*T[0-9:]+)(?:\.([0-9]+))?Z$/.exec(at) ?? [];
  return `${Date.parse(`${seconds}Z`) / 1000 - SLACK_SECONDS}.${nanoseconds}`;
}
