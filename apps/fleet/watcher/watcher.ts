// Asks every client how it is, about once a second each (less often while it has nothing new), and tells when an answer
// differs from the one before.
// Invariant: a client is unreachable after three misses and back after one answer; at most one question to it is open.

import type { Health, Status, TorrentReason } from '@enjambre/contract';
import type { Clock, Random, Timer } from '@enjambre/runtime';
import type { Endpoint } from '../drivers/driver.ts';
import { StatusConnection } from '../net/status-connection.ts';

const INTERVAL_MS = 1_000;
/** So that the clients of a host are not all asked in the same moment. */
const JITTER_MS = 200;
const MISSES_UNTIL_UNREACHABLE = 3;
/** One that gave the same answer so often rests, … */
const SAME_ANSWERS_UNTIL_REST = 5;
/** … and is asked so often: a question costs either side 1 ms, and of hundreds most rest. */
const REST_INTERVAL_MS = 3_000;
/** Why nothing arrives changes slowly, and is a longer answer. Of one that was only just started everybody knows. */
const REASON_INTERVAL_MS = 3_000;
/** States that say themselves why they are so. */
const PLAIN_STATES: readonly Status['state'][] = ['downloading', 'completed', 'paused'];

export interface Sight {
  readonly health: Health;
  /** The last answer; kept when none comes any more. */
  readonly status: Status | undefined;
  /** Unix milliseconds of that answer. */
  readonly statusAt: number | undefined;
  /** Unix milliseconds: since when the health is so. */
  readonly since: number;
  /** What its client says of its torrent, while its state alone does not tell. */
  readonly reason: TorrentReason | undefined;
  /** Unix milliseconds: since when the reason has that code. */
  readonly reasonSince: number;
}

interface Watched extends Sight {
  readonly endpoint: () => Endpoint | undefined;
  misses: number;
  sameAnswers: number;
  health: Health;
  status: Status | undefined;
  statusAt: number | undefined;
  since: number;
  reason: TorrentReason | undefined;
  reasonSince: number;
  reasonAskedAtMs: number;
  timer: Timer | undefined;
  connection: StatusConnection | undefined;
  asking: Promise<void> | undefined;
}

export interface WatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Something that people see has changed. */
  readonly onChange: (id: string) => void;
  /** It did not answer, or closed the connection: it may be gone. */
  readonly onMiss: (id: string) => void;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Begins at once. @param endpoint where to ask, as it is known then */
  watch(id: string, endpoint: () => Endpoint | undefined): void {
    this.forget(id);
    const watched: Watched = {
      endpoint,
      misses: 0,
      sameAnswers: 0,
      health: 'starting',
      status: undefined,
      statusAt: undefined,
      since: this.#options.clock.wallTime(),
      reason: undefined,
      reasonSince: 0,
      reasonAskedAtMs: Number.NEGATIVE_INFINITY,
      timer: undefined,
      connection: undefined,
      asking: undefined,
    };
    this.#watched.set(id, watched);
    void this.ask(id);
  }

  /** It does not run any more. */
  forget(id: string): void {
    const watched = this.#watched.get(id);
    this.#watched.delete(id);
    watched?.timer?.cancel();
    watched?.connection?.close();
  }

  get(id: string): Sight | undefined {
    return this.#watched.get(id);
  }

  /** Asks now. Resolves once the answer is taken in, or did not come. */
  async ask(id: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    watched.timer?.cancel();
    watched.asking ??= this.#ask(id, watched);
    await watched.asking;
  }

  close(): void {
    for (const id of [...this.#watched.keys()]) this.forget(id);
  }

  async #ask(id: string, watched: Watched): Promise<void> {
    const connection = this.#connect(id, watched);
    const answer = await connection?.ask();
    const isAnswer = answer !== undefined && answer !== 'refused';
    const why = isAnswer ? await this.#askWhy(watched, connection!, answer) : undefined;
    watched.asking = undefined;
    if (this.#watched.get(id) !== watched) return;
    if (isAnswer) this.#takeIn(id, watched, answer, why);
    else this.#miss(id, watched);
    const { clock, random } = this.#options;
    watched.timer?.cancel();
    const intervalMs = watched.sameAnswers < SAME_ANSWERS_UNTIL_REST ? INTERVAL_MS : REST_INTERVAL_MS;
    watched.timer = clock.after(intervalMs - JITTER_MS / 2 + random.below(JITTER_MS), () => void this.ask(id));
  }

  /** The connection that is kept, or a new one when the client moved. */
  #connect(id: string, watched: Watched): StatusConnection | undefined {
    const endpoint = watched.endpoint();
    const { host, port, token } = watched.connection?.endpoint ?? {};
    if (endpoint?.host === host && endpoint?.port === port && endpoint?.token === token) return watched.connection;
    watched.connection?.close();
    const onClose = () => this.#options.onMiss(id);
    watched.connection = endpoint && new StatusConnection(endpoint, onClose);
    return watched.connection;
  }

  /** The reason now; the last one when it is not time to ask again. */
  async #askWhy(watched: Watched, connection: StatusConnection, { state }: Status): Promise<TorrentReason | undefined> {
    if (PLAIN_STATES.includes(state)) return undefined;
    const { clock } = this.#options;
    const nowMs = clock.now();
    const isNew = watched.health !== 'healthy' || clock.wallTime() - watched.since < REASON_INTERVAL_MS;
    if (isNew || nowMs - watched.reasonAskedAtMs < REASON_INTERVAL_MS) return watched.reason;
    watched.reasonAskedAtMs = nowMs;
    return (await connection.askReason()) ?? watched.reason;
  }

  #takeIn(id: string, watched: Watched, status: Status, reason: TorrentReason | undefined): void {
    const now = this.#options.clock.wallTime();
    // Connections give the same object for the same answer.
    const changed =
      watched.health !== 'healthy' || watched.status !== status || watched.reason?.message !== reason?.message;
    watched.sameAnswers = changed ? 0 : watched.sameAnswers + 1;
    if (watched.reason?.code !== reason?.code) watched.reasonSince = now;
    watched.reason = reason;
    if (watched.health !== 'healthy') watched.since = now;
    Object.assign(watched, { misses: 0, health: 'healthy', status, statusAt: now });
    if (changed) this.#options.onChange(id);
  }

  #miss(id: string, watched: Watched): void {
    watched.misses++;
    watched.sameAnswers = 0;
    this.#options.onMiss(id);
    if (watched.misses < MISSES_UNTIL_UNREACHABLE || watched.health === 'unreachable') return;
    watched.health = 'unreachable';
    watched.since = this.#options.clock.wallTime();
    this.#options.onChange(id);
  }
}
