// Whose turn it is: torrents at work ten times a second (once while none of them has anybody to talk to), those at rest
// when somebody is to be dialled again, others never; whoever begins to work dials at once.
// Invariant: while nobody is at work no timer runs but the one for the next dial: a process that sleeps costs nothing, and
// each time that it wakes half a millisecond.

import type { Clock, Timer } from '@enjambre/runtime';
import type { Torrent } from './torrent.ts';

const TICK_MS = 100;
const SECOND_MS = 1000;
const TICKS_PER_SECOND = SECOND_MS / TICK_MS;

export class SessionTurns {
  readonly #clock: Clock;
  /** A different torrent comes first each time, so that limits are shared. */
  readonly #turn: (inTurn: readonly Torrent[]) => void;
  readonly #begins: () => void;
  readonly #working = new Set<Torrent>();
  /** Those at rest, and when they have somebody to dial. */
  readonly #resting = new Map<Torrent, number>();
  /** Began to work in this turn of the event loop. */
  readonly #fresh = new Set<Torrent>();
  #freshTurn: Timer | undefined;
  #ticking: Timer | undefined;
  /** TICK_MS, SECOND_MS, or 0 while nothing ticks. */
  #intervalMs = 0;
  #alarm: Timer | undefined;
  #alarmAtMs = Number.POSITIVE_INFINITY;
  #tickCount = 0;
  #isClosed = false;

  /** @param begins called when somebody has something to do and nobody had */
  constructor(clock: Clock, turn: (inTurn: readonly Torrent[]) => void, begins: () => void) {
    this.#clock = clock;
    this.#turn = turn;
    this.#begins = begins;
  }

  /** Torrents at work; only these have peers. */
  get working(): ReadonlySet<Torrent> {
    return this.#working;
  }

  /** It may have something to do: from rest it is looked at at once, otherwise with the next tick. */
  wake(torrent: Torrent): void {
    if (this.#isClosed || !torrent.isActive) return;
    this.#resting.delete(torrent);
    if (!this.#working.has(torrent)) {
      this.#working.add(torrent);
      this.#fresh.add(torrent);
      this.#freshTurn ??= this.#clock.after(0, () => this.#turnFresh());
    }
    if (isBusy(torrent, this.#soonMs)) this.#tickEvery(TICK_MS);
    else if (this.#intervalMs === 0) this.#tickEvery(SECOND_MS);
  }

  remove(torrent: Torrent): void {
    this.#resting.delete(torrent);
    this.#working.delete(torrent);
    this.#fresh.delete(torrent);
  }

  close(): void {
    this.#isClosed = true;
    this.#tickEvery(0);
    this.#freshTurn?.cancel();
    this.#alarm?.cancel();
  }

  #tickEvery(intervalMs: number): void {
    if (this.#intervalMs === intervalMs) return;
    if (this.#intervalMs === 0) this.#begins();
    this.#intervalMs = intervalMs;
    this.#ticking?.cancel();
    this.#ticking = intervalMs === 0 ? undefined : this.#clock.every(intervalMs, () => this.#tick());
  }

  #turnFresh(): void {
    this.#freshTurn = undefined;
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    this.#turn(fresh);
  }

  #tick(): void {
    this.#tickCount++;
    const isSecond = this.#intervalMs === SECOND_MS || this.#tickCount % TICKS_PER_SECOND === 0;
    const all = [...this.#working];
    const first = all.length === 0 ? 0 : this.#tickCount % all.length;
    const inTurn = first === 0 ? all : [...all.slice(first), ...all.slice(0, first)];
    for (const torrent of inTurn) {
      torrent.tick();
      if (isSecond) torrent.tickSecond();
    }
    this.#turn(inTurn);
    if (!isSecond) return;
    for (const torrent of inTurn) this.#restIfIdle(torrent);
    if (this.#working.size === 0) this.#tickEvery(0);
    else this.#tickEvery(this.#isAnybodyBusy() ? TICK_MS : SECOND_MS);
  }

  #isAnybodyBusy(): boolean {
    const soonMs = this.#soonMs;
    for (const torrent of this.#working) if (isBusy(torrent, soonMs)) return true;
    return false;
  }

  get #soonMs(): number {
    return this.#clock.now() + SECOND_MS;
  }

  #restIfIdle(torrent: Torrent): void {
    const dialAtMs = torrent.isActive ? torrent.knownPeers.nextDialAtMs : Number.POSITIVE_INFINITY;
    if (torrent.isAtWork || dialAtMs <= this.#clock.now()) return;
    this.#working.delete(torrent);
    if (dialAtMs === Number.POSITIVE_INFINITY) return;
    this.#resting.set(torrent, dialAtMs);
    this.#setAlarm(dialAtMs);
  }

  #setAlarm(atMs: number): void {
    if (atMs >= this.#alarmAtMs || this.#isClosed) return;
    this.#alarm?.cancel();
    this.#alarmAtMs = atMs;
    this.#alarm = this.#clock.after(Math.max(0, atMs - this.#clock.now()), () => this.#wakeDue());
  }

  #wakeDue(): void {
    const nowMs = this.#clock.now();
    this.#alarmAtMs = Number.POSITIVE_INFINITY;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [torrent, atMs] of this.#resting) {
      if (atMs <= nowMs) this.wake(torrent);
      else nextMs = Math.min(nextMs, atMs);
    }
    this.#setAlarm(nextMs);
  }
}

/** Whoever is attached or found meanwhile wakes the torrent. */
function isBusy({ connectedPeers, knownPeers }: Torrent, soonMs: number): boolean {
  return connectedPeers.size > 0 || knownPeers.nextDialAtMs <= soonMs;
}
