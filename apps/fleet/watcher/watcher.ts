// Asks every client how it is, about once a second each (less often while it has nothing new), and tells when an answer
// differs from the one before.
// A container of several clients is a group: each is asked, and the group's sight is of all together.
// Invariant: a client is unreachable after three misses and back after one answer; at most one question to it is open.

import type { Health, Status, TorrentReason } from '@enjambre/contract';
import type { Clock, Random, Timer } from '@enjambre/runtime';
import type { Endpoint } from '../drivers/driver.ts';
import { StatusConnection } from '../net/status-connection.ts';
import { type Sight, startingSight } from './sight.ts';
import { combineSights } from './sight-group.ts';

const INTERVAL_MS = 1_000;
/** So that the clients of a host are not all asked in the same moment. */
const JITTER_MS = 200;
const MISSES_UNTIL_UNREACHABLE = 3;
/** One that gave the same answer so often rests, … */
const SAME_ANSWERS_UNTIL_REST = 2;
/** … and is asked so often: a question costs a client that sleeps 1.6 to 2.7 ms, and of hundreds most rest. */
const REST_INTERVAL_MS = 5_000;
/** Why nothing arrives changes slowly, and is a longer answer. Of one that was only just started everybody knows. */
const REASON_INTERVAL_MS = 3_000;
/** Slower still while the status is the one it was told of: peers known and connected stand in that. */
const SAME_REASON_INTERVAL_MS = 10_000;
/** While many are being started, those that had nothing new last time are asked so often, and nobody why: starting needs the cores. */
const BUSY_INTERVAL_MS = 15_000;
/** States that say themselves why they are so. */
const PLAIN_STATES: readonly Status['state'][] = ['downloading', 'completed', 'paused'];

interface Watched extends Sight {
  readonly endpoint: () => Endpoint | undefined;
  misses: number;
  sameAnswers: number;
  health: Health;
  status: Status | undefined;
  statusAt: number | undefined;
  since: number;
  /** The same moment by the clock that nobody sets. */
  sinceMs: number;
  reason: TorrentReason | undefined;
  reasonSince: number;
  reasonAskedAtMs: number;
  /** As it was when the reason was asked. */
  reasonStatus: Status | undefined;
  timer: Timer | undefined;
  connection: StatusConnection | undefined;
  asking: Promise<void> | undefined;
}

export interface WatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether many clients are being started. */
  readonly isBusy: () => boolean;
  /** Something that people see has changed. */
  readonly onChange: (id: string) => void;
  /** It did not answer, or closed the connection: it may be gone. */
  readonly onMiss: (id: string) => void;
}

type EndpointNow = () => Endpoint | undefined;

interface Group {
  readonly members: ReadonlySet<string>;
  /** How it is with each of those that are not there yet. */
  readonly starting: readonly Sight[];
}

/** An id has no slash. */
const keyOf = (id: string, member: string) => `${id}/${member}`;
const idOf = (key: string) => key.split('/', 1)[0];

export class Watcher {
  readonly #options: WatcherOptions;
  /** By id, those of a group by `id/member`. */
  readonly #watched = new Map<string, Watched>();
  readonly #groups = new Map<string, Group>();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Begins at once. @param endpoint where to ask, as it is known then */
  watch(id: string, endpoint: EndpointNow): void {
    this.forget(id);
    this.#begin(id, endpoint);
  }

  /**
   * The same for a group, whose members may be others than before: those that stay are asked on.
   * @param starting how many more are being started, and cannot be asked yet
   */
  watchGroup(id: string, members: ReadonlyMap<string, EndpointNow>, starting: number): void {
    this.#drop(id);
    const before = this.#groups.get(id);
    for (const member of before?.members ?? []) if (!members.has(member)) this.#drop(keyOf(id, member));
    const since = before?.starting[0]?.since ?? this.#options.clock.wallTime();
    this.#groups.set(id, {
      members: new Set(members.keys()),
      starting: Array.from({ length: starting }, () => startingSight(since)),
    });
    for (const [member, endpoint] of members) {
      const key = keyOf(id, member);
      if (!this.#watched.has(key)) this.#begin(key, endpoint);
    }
  }

  #begin(key: string, endpoint: EndpointNow): void {
    const watched: Watched = {
      ...startingSight(this.#options.clock.wallTime()),
      endpoint,
      misses: 0,
      sameAnswers: 0,
      sinceMs: this.#options.clock.now(),
      reasonAskedAtMs: Number.NEGATIVE_INFINITY,
      reasonStatus: undefined,
      timer: undefined,
      connection: undefined,
      asking: undefined,
    };
    this.#watched.set(key, watched);
    void this.#askOne(key);
  }

  /** It does not run any more. */
  forget(id: string): void {
    for (const key of this.#keysOf(id)) this.#drop(key);
    this.#groups.delete(id);
  }

  /** @param member of a group; all together when left out */
  get(id: string, member?: string): Sight | undefined {
    if (member !== undefined) return this.#watched.get(keyOf(id, member));
    const group = this.#groups.get(id);
    if (group === undefined) return this.#watched.get(id);
    const asked = this.#keysOf(id).flatMap((key) => this.#watched.get(key) ?? []);
    return asked.length === 0 ? undefined : combineSights([...asked, ...group.starting]);
  }

  /** Resolves once an answer to a question of after this call is taken in, or did not come: one that is open may tell how it was before. */
  async askAnew(id: string): Promise<void> {
    await this.ask(id);
    await this.ask(id);
  }

  /** Asks now, or waits for the question that is open. Resolves once the answer is taken in, or did not come. */
  async ask(id: string): Promise<void> {
    await Promise.all(this.#keysOf(id).map((key) => this.#askOne(key)));
  }

  close(): void {
    for (const key of [...this.#watched.keys()]) this.#drop(key);
  }

  #keysOf(id: string): string[] {
    const group = this.#groups.get(id);
    return group === undefined ? [id] : [...group.members].map((member) => keyOf(id, member));
  }

  #drop(key: string): void {
    const watched = this.#watched.get(key);
    this.#watched.delete(key);
    watched?.timer?.cancel();
    watched?.connection?.close();
  }

  async #askOne(key: string): Promise<void> {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    watched.timer?.cancel();
    watched.asking ??= this.#ask(key, watched);
    await watched.asking;
  }

  async #ask(key: string, watched: Watched): Promise<void> {
    const connection = this.#connect(key, watched);
    const answer = await connection?.ask();
    const isAnswer = answer !== undefined && answer !== 'refused';
    const why = isAnswer ? await this.#askWhy(watched, connection!, answer) : undefined;
    watched.asking = undefined;
    if (this.#watched.get(key) !== watched) return;
    if (isAnswer) this.#takeIn(key, watched, answer, why);
    else this.#miss(key, watched);
    const { clock, random } = this.#options;
    watched.timer?.cancel();
    const delayMs = this.#intervalMs(watched) - JITTER_MS / 2 + random.below(JITTER_MS);
    watched.timer = clock.after(delayMs, () => void this.#askOne(key));
  }

  #intervalMs({ sameAnswers }: Watched): number {
    if (this.#options.isBusy()) return sameAnswers > 0 ? BUSY_INTERVAL_MS : REST_INTERVAL_MS;
    return sameAnswers < SAME_ANSWERS_UNTIL_REST ? INTERVAL_MS : REST_INTERVAL_MS;
  }

  /** The connection that is kept, or a new one when the client moved. */
  #connect(key: string, watched: Watched): StatusConnection | undefined {
    const endpoint = watched.endpoint();
    const { host, port, token } = watched.connection?.endpoint ?? {};
    if (endpoint?.host === host && endpoint?.port === port && endpoint?.token === token) return watched.connection;
    watched.connection?.close();
    const onClose = () => this.#options.onMiss(idOf(key));
    watched.connection = endpoint && new StatusConnection(endpoint, onClose);
    return watched.connection;
  }

  /** The reason now; the last one when it is not time to ask again. */
  async #askWhy(watched: Watched, connection: StatusConnection, status: Status): Promise<TorrentReason | undefined> {
    if (PLAIN_STATES.includes(status.state)) return undefined;
    const { clock, isBusy } = this.#options;
    if (isBusy()) return watched.reason;
    const nowMs = clock.now();
    const isNew = watched.health !== 'healthy' || nowMs - watched.sinceMs < REASON_INTERVAL_MS;
    const intervalMs = watched.reasonStatus === status ? SAME_REASON_INTERVAL_MS : REASON_INTERVAL_MS;
    if (isNew || nowMs - watched.reasonAskedAtMs < intervalMs) return watched.reason;
    watched.reasonAskedAtMs = nowMs;
    watched.reasonStatus = status;
    return (await connection.askReason()) ?? watched.reason;
  }

  #takeIn(key: string, watched: Watched, status: Status, reason: TorrentReason | undefined): void {
    const { clock } = this.#options;
    const now = clock.wallTime();
    // Connections give the same object for the same answer.
    const changed =
      watched.health !== 'healthy' || watched.status !== status || watched.reason?.message !== reason?.message;
    watched.sameAnswers = changed ? 0 : watched.sameAnswers + 1;
    if (watched.reason?.code !== reason?.code) watched.reasonSince = now;
    watched.reason = reason;
    if (watched.health !== 'healthy') Object.assign(watched, { since: now, sinceMs: clock.now() });
    Object.assign(watched, { misses: 0, health: 'healthy', status, statusAt: now });
    if (changed) this.#options.onChange(idOf(key));
  }

  #miss(key: string, watched: Watched): void {
    watched.misses++;
    watched.sameAnswers = 0;
    this.#options.onMiss(idOf(key));
    if (watched.misses < MISSES_UNTIL_UNREACHABLE || watched.health === 'unreachable') return;
    watched.health = 'unreachable';
    Object.assign(watched, { since: this.#options.clock.wallTime(), sinceMs: this.#options.clock.now() });
    this.#options.onChange(idOf(key));
  }
}
