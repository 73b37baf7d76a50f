// What changes, to everybody who listens: one frame for all, at most two a second, with whole rows of what changed.
// Invariant: ids count up, also over restarts, so that who reconnects gets exactly what it missed, or a snapshot.

import type { ContainerView, FleetEvent } from '@enjambre/contract';
import type { Clock, Timer } from '@enjambre/runtime';

const FRAME_INTERVAL_MS = 500;
const HEARTBEAT_INTERVAL_MS = 10_000;
/** Some minutes of a busy fleet. */
const KEPT_FRAMES = 500;
const KEPT_LENGTH = 4 * 1024 * 1024;
/** A reader that far behind gets a snapshot when it comes back. */
const MAX_BACKLOG = 2 * 1024 * 1024;

/** Where frames go; `writableLength` is what the reader has not taken yet. */
export interface Subscriber {
  write(text: string): void;
  readonly writableLength: number;
  /** Ends the connection once all is taken. */
  end(): void;
  /** Ends it now: who takes nothing would hold what waits for it as long as it likes. */
  destroy(): void;
}

export interface EventStreamOptions {
  readonly clock: Clock;
  readonly all: () => ContainerView[];
  readonly view: (id: string) => ContainerView | undefined;
}

export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #dirty = new Set<string>();
  /** What of each row was last sent, so that nothing is sent twice. */
  readonly #sent = new Map<string, string>();
  readonly #frames: { readonly id: number; readonly text: string }[] = [];
  readonly #heartbeat: Timer;
  #keptLength = 0;
  #lastId: number;
  #frameTimer: Timer | undefined;
  #lastFrameAt = Number.NEGATIVE_INFINITY;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    // Frames come more seldom than milliseconds, so a later backend always begins beyond this one's last.
    this.#lastId = options.clock.wallTime();
    this.#heartbeat = options.clock.every(HEARTBEAT_INTERVAL_MS, () => {
      this.#send(format({ type: 'heartbeat', at: options.clock.wallTime() }));
    });
  }

  /** @param lastEventId what the caller saw last; undefined for nothing. Gives what ends the subscription. */
  subscribe(subscriber: Subscriber, lastEventId: number | undefined): () => void {
    const missed = lastEventId === undefined ? undefined : this.#since(lastEventId);
    if (missed === undefined) subscriber.write(this.#snapshot());
    else for (const { text } of missed) subscriber.write(text);
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** That container looks different now, or is gone. */
  changed(id: string): void {
    this.#dirty.add(id);
    if (this.#frameTimer !== undefined) return;
    const { clock } = this.#options;
    const wait = Math.max(0, this.#lastFrameAt + FRAME_INTERVAL_MS - clock.now());
    this.#frameTimer = clock.after(wait, () => this.#flush());
  }

  /** The kept .torrent files are others now. */
  torrentsChanged(): void {
    this.#publish({ type: 'torrents' });
  }

  /** Ends every connection. */
  close(): void {
    this.#heartbeat.cancel();
    this.#frameTimer?.cancel();
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
  }

  #flush(): void {
    this.#frameTimer = undefined;
    const { clock, view } = this.#options;
    const changed: ContainerView[] = [];
    const removed: string[] = [];
    for (const id of this.#dirty) {
      const row = view(id);
      if (row === undefined) {
        if (this.#sent.delete(id)) removed.push(id);
        continue;
      }
      const text = fingerprintOf(row);
      if (this.#sent.get(id) === text) continue;
      this.#sent.set(id, text);
      changed.push(row);
    }
    this.#dirty.clear();
    if (changed.length === 0 && removed.length === 0) return;
    this.#lastFrameAt = clock.now();
    this.#publish({ type: 'changes', changed, removed, at: clock.wallTime() });
  }

  #publish(event: FleetEvent): void {
    const id = ++this.#lastId;
    const text = format(event, id);
    this.#frames.push({ id, text });
    this.#keptLength += text.length;
    while (this.#frames.length > KEPT_FRAMES || this.#keptLength > KEPT_LENGTH) {
      this.#keptLength -= this.#frames.shift()!.text.length;
    }
    this.#send(text);
  }

  #send(text: string): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.writableLength <= MAX_BACKLOG) {
        subscriber.write(text);
        continue;
      }
      this.#subscribers.delete(subscriber);
      subscriber.destroy();
    }
  }

  /** Undefined when not all of it is kept. */
  #since(id: number): readonly { readonly text: string }[] | undefined {
    if (id === this.#lastId) return [];
    const isKept = id < this.#lastId && this.#frames.length > 0 && id >= this.#frames[0].id - 1;
    return isKept ? this.#frames.filter((frame) => frame.id > id) : undefined;
  }

  #snapshot(): string {
    const { all, clock } = this.#options;
    return format({ type: 'snapshot', containers: all(), at: clock.wallTime() }, this.#lastId);
  }
}

/** What people see of a row: when the same answer came again it is the same row. */
function fingerprintOf({ statusAt: _, ...row }: ContainerView): string {
  return JSON.stringify(row);
}

function format(event: FleetEvent, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
