// The threads that hash and touch the disk: started on use, ended when idle (an idle one costs about 7 MiB).
// Invariant: finished pieces all go through the first worker, in order; checks go to whoever has least to do.

import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '@enjambre/runtime';
import type { CheckJob, CheckResult, FinishJob, FinishResult, WorkerAnswer, WorkerOrder } from './disk-job.ts';
import { StorageError } from './piece-store.ts';

export interface WorkerPoolOptions {
  readonly clock: Clock;
  readonly workerCount: number;
  /** Descriptors that all workers together may keep open. */
  readonly openFiles: number;
  readonly idleMs?: number | undefined;
}

interface Waiting {
  resolve(result: FinishResult | CheckResult): void;
  reject(error: StorageError): void;
}

interface Lane {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Sheets whose memory this worker has. */
  readonly sheets: Set<number>;
  readonly exited: Promise<void>;
  idle: Timer | undefined;
}

const DEFAULT_IDLE_MS = 30_000;
// The heap of a worker holds little but messages; left to itself V8 would let garbage grow to many times that.
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

export class WorkerPool {
  readonly workerCount: number;
  readonly #clock: Clock;
  readonly #openFilesEach: number;
  readonly #idleMs: number;
  readonly #lanes: (Lane | undefined)[];
  readonly #ending = new Set<Promise<void>>();
  #nextId = 0;

  constructor(options: WorkerPoolOptions) {
    this.#clock = options.clock;
    this.workerCount = options.workerCount;
    this.#openFilesEach = Math.max(2, Math.floor(options.openFiles / options.workerCount));
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#lanes = Array.from({ length: options.workerCount });
  }

  /** Workers that run now. */
  get running(): number {
    return this.#lanes.filter((lane) => lane !== undefined).length;
  }

  /** Starts the first worker, because a piece will soon be finished: a start takes some 30 ms. */
  warm(): void {
    if (this.#lanes[0] === undefined) this.#rest(0, this.#lane(0));
  }

  /** @param memories of the sheets that the job names. @throws StorageError when the worker failed */
  async finish(job: FinishJob, memories: ReadonlyMap<number, SharedArrayBuffer>): Promise<FinishResult> {
    const lane = this.#lane(0);
    for (const [id, memory] of memories) {
      if (lane.sheets.has(id)) continue;
      lane.sheets.add(id);
      order(lane, { kind: 'sheet', id, memory });
    }
    return (await this.#run(0, job)) as FinishResult;
  }

  /** @throws StorageError as the worker met it */
  async check(job: CheckJob): Promise<CheckResult> {
    let best = 0;
    for (let index = 1; index < this.workerCount; index++) {
      if ((this.#lanes[index]?.waiting.size ?? 0) < (this.#lanes[best]?.waiting.size ?? 0)) best = index;
    }
    return (await this.#run(best, job)) as CheckResult;
  }

  /** That sheet's memory is no longer ours. */
  forgetSheet(sheetId: number): void {
    for (const lane of this.#lanes)
      if (lane?.sheets.delete(sheetId)) order(lane, { kind: 'forget-sheet', id: sheetId });
  }

  /** Has every worker close its files (those of other torrents are opened again on use). */
  closeFiles(): void {
    for (const lane of this.#lanes) if (lane !== undefined) order(lane, { kind: 'close-files' });
  }

  /** Ends all workers, after the work they have. */
  async close(): Promise<void> {
    for (let index = 0; index < this.workerCount; index++) this.#end(index);
    await Promise.all(this.#ending);
  }

  #run(index: number, job: FinishJob | CheckJob): Promise<FinishResult | CheckResult> {
    const lane = this.#lane(index);
    const id = this.#nextId++;
    lane.idle?.cancel();
    lane.idle = undefined;
    // Only work keeps the process alive.
    if (lane.waiting.size === 0) lane.worker.ref();
    order(lane, { kind: 'job', id, job });
    return new Promise((resolve, reject) => lane.waiting.set(id, { resolve, reject }));
  }

  #lane(index: number): Lane {
    const known = this.#lanes[index];
    if (known !== undefined) return known;
    const worker = new Worker(new URL('./disk-worker.ts', import.meta.url), {
      workerData: { openFiles: this.#openFilesEach },
      resourceLimits: RESOURCE_LIMITS,
      execArgv: [],
      name: 'disk',
    });
    worker.unref();
    let failure: unknown;
    const exited = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        this.#ending.delete(exited);
        if (this.#lanes[index] === lane) this.#lanes[index] = undefined;
        const reason = failure instanceof Error ? failure.message : 'it ended';
        const error = new StorageError('not-writable', `the disk worker failed: ${reason}`, { cause: failure });
        for (const waiting of lane.waiting.values()) waiting.reject(error);
        lane.waiting.clear();
        lane.idle?.cancel();
        resolve();
      });
    });
    const lane: Lane = { worker, waiting: new Map(), sheets: new Set(), exited, idle: undefined };
    worker.on('message', (answer: WorkerAnswer) => this.#settle(index, lane, answer));
    worker.on('error', (error) => {
      failure = error;
    });
    this.#lanes[index] = lane;
    return lane;
  }

  #settle(index: number, lane: Lane, answer: WorkerAnswer): void {
    const waiting = lane.waiting.get(answer.id)!;
    lane.waiting.delete(answer.id);
    if (lane.waiting.size === 0) this.#rest(index, lane);
    if ('failure' in answer) waiting.reject(new StorageError(answer.failure.code, answer.failure.message));
    else waiting.resolve(answer.result);
  }

  #rest(index: number, lane: Lane): void {
    lane.worker.unref();
    lane.idle?.cancel();
    lane.idle = this.#clock.after(this.#idleMs, () => this.#end(index));
  }

  #end(index: number): void {
    const lane = this.#lanes[index];
    if (lane === undefined) return;
    this.#lanes[index] = undefined;
    lane.idle?.cancel();
    this.#ending.add(lane.exited);
    // Otherwise a caller that waits for the end would find its process ended first.
    lane.worker.ref();
    order(lane, { kind: 'end' });
  }
}

function order(lane: Lane, message: WorkerOrder): void {
  lane.worker.postMessage(message);
}
