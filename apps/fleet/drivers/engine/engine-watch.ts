// What the engine tells, as it happens: one stream of events, opened again whenever it breaks.
// Invariant: whenever the stream is open, `onOpen` was called after it was, so that nothing falls between list and events.

import type { Readable } from 'node:stream';
import type { Clock, Timer } from '@enjambre/runtime';
import { reasonOf } from '../../errors.ts';
import type { Engine } from './engine.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

export interface EngineEvent {
  /** `container`, `service`, `node`, … */
  readonly type: string;
  /** `start`, `die`, `destroy`, `update`, … */
  readonly action: string;
  /** The engine's id of what it is about. */
  readonly subject: string;
  /** Of a container its labels, too. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface EngineWatchOptions {
  readonly engine: Engine;
  /** As the engine takes them: by `type`, by `label`. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly clock: Clock;
  readonly onEvent: (event: EngineEvent) => void;
  /** The stream is open: time to look at everything. */
  readonly onOpen: () => Promise<void>;
  readonly onLost: (reason: string) => void;
}

interface RawEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

export class EngineWatch {
  readonly #options: EngineWatchOptions;
  #stream: Readable | undefined;
  #retry: Timer | undefined;
  #delayMs = FIRST_RETRY_MS;
  #closed = false;

  constructor(options: EngineWatchOptions) {
    this.#options = options;
  }

  /** Resolves once it has begun. @throws FleetError `driver-unreachable`; it is not tried again then */
  async open(): Promise<void> {
    const { engine, filters, onOpen } = this.#options;
    await engine.connect();
    const stream = (await engine.ask((docker) => docker.getEvents({ filters: JSON.stringify(filters) }))) as Readable;
    if (this.#closed) return void stream.destroy();
    this.#stream = stream;
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#tell(line);
    });
    const lost = (why: string) => {
      if (this.#stream !== stream) return;
      this.#stream = undefined;
      stream.destroy();
      this.#lose(why);
    };
    stream.on('error', (error) => lost(reasonOf(error)));
    stream.on('close', () => lost('it closed the connection'));
    await onOpen();
    this.#delayMs = FIRST_RETRY_MS;
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.destroy();
  }

  #lose(why: string): void {
    if (this.#closed) return;
    this.#options.onLost(why);
    this.#comeBack();
  }

  #comeBack(): void {
    this.#retry = this.#options.clock.after(this.#delayMs, () => {
      this.open().catch(() => {
        this.#stream?.destroy();
        this.#stream = undefined;
        if (!this.#closed) this.#comeBack();
      });
    });
    this.#delayMs = Math.min(LONGEST_RETRY_MS, this.#delayMs * 2);
  }

  #tell(line: string): void {
    const { Type, Action, Actor } = JSON.parse(line) as RawEvent;
    this.#options.onEvent({ type: Type, action: Action, subject: Actor.ID, attributes: Actor.Attributes ?? {} });
  }
}
