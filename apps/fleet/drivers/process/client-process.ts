// One client process, started by us or left by an earlier backend. Invariant: `exit` comes once, whoever its parent is;
// a signal is sent only while pid and start time still name that process.

import type { ChildProcess } from 'node:child_process';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFile } from '@enjambre/contract';
import type { Endpoint, Instance, PortMapping } from '../driver.ts';
import type { Identity } from './identity-file.ts';
import { type ProcessSample, sampleProcess } from './process-table.ts';

/** The client promises to end within that time; then it is made to. */
const STOP_GRACE_MS = 5_000;
/** After SIGKILL, for the kernel to take it away: a process in a stuck disk access does not go. */
const KILL_GRACE_MS = 2_000;
const EXIT_POLL_MS = 25;
/** What clients listen on when nobody chooses: the ports inside, as Docker would call them. */
const CONTROL_PORT = 9091;
const PEER_PORT = 6881;

/** Code and signal are null when nobody could tell. */
export interface RawExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ClientProcess implements Instance {
  readonly id: string;
  readonly host = hostname();
  readonly pid: number;
  readonly startedAt: number;
  readonly #identity: Identity;
  readonly #listenHost: string;
  /** Undefined for one that was adopted. */
  readonly #child: ChildProcess | undefined;
  readonly #exit = Promise.withResolvers<RawExit>();
  #runFile: RunFile | undefined;
  #ended = false;

  /** @param listenHost the address of its peer connections; undefined for all */
  constructor(
    id: string,
    identity: Identity & { pid: number },
    child: ChildProcess | undefined,
    listenHost: string | undefined,
  ) {
    this.id = id;
    this.#listenHost = listenHost ?? '0.0.0.0';
    this.pid = identity.pid;
    this.startedAt = identity.startedAt;
    this.#identity = identity;
    this.#child = child;
    child?.once('exit', (code, signal) => this.#end({ code, signal }));
    // It may outlive us.
    child?.unref();
  }

  /** What it told of its ports. */
  set runFile(runFile: RunFile) {
    this.#runFile = runFile;
  }

  get endpoint(): Endpoint | undefined {
    const port = this.#runFile?.httpPort ?? undefined;
    return port === undefined ? undefined : { host: '127.0.0.1', port, token: this.#identity.token };
  }

  /** Whether it has told that it listens. */
  get listening(): boolean {
    return this.#runFile !== undefined;
  }

  get peerAddress(): string | undefined {
    return this.#runFile === undefined ? undefined : `127.0.0.1:${this.#runFile.listenPort}`;
  }

  get ports(): readonly PortMapping[] {
    const { httpPort, listenPort } = this.#runFile ?? {};
    const type = 'tcp';
    return [
      ...(httpPort == null
        ? []
        : [{ privatePort: CONTROL_PORT, publicPort: httpPort, type, ip: '127.0.0.1' } as const]),
      ...(listenPort == null
        ? []
        : [{ privatePort: PEER_PORT, publicPort: listenPort, type, ip: this.#listenHost } as const]),
    ];
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when it has ended; for adopted ones somebody has to `look`. */
  get exit(): Promise<RawExit> {
    return this.#exit.promise;
  }

  /** Sees whether an adopted one is still there: its exit is nobody's event. */
  async look(): Promise<void> {
    if (this.#child !== undefined || this.#ended) return;
    if ((await this.sample()) === undefined) this.#end({ code: null, signal: null });
  }

  /** Undefined when it is gone. */
  async sample(): Promise<ProcessSample | undefined> {
    const sample = await sampleProcess(this.pid);
    // A child that was not waited for keeps its pid: no other can have it.
    if (this.#child !== undefined) return this.#ended ? undefined : sample;
    return sample?.startTicks === this.#identity.startTicks ? sample : undefined;
  }

  /** Asks it to end, and makes it when it does not within `graceMs`. Resolves when it is gone. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    if (await this.#signalAndWait('SIGTERM', graceMs)) return;
    await this.#signalAndWait('SIGKILL', KILL_GRACE_MS);
  }

  /** @returns whether it has ended */
  async #signalAndWait(signal: NodeJS.Signals, timeoutMs: number): Promise<boolean> {
    await this.#signal(signal);
    const deadline = performance.now() + timeoutMs;
    while (!this.#ended && performance.now() < deadline) {
      // A timer of its own keeps this process alive until then: the child does not.
      await Promise.race([this.#exit.promise, sleep(EXIT_POLL_MS)]);
      await this.look();
    }
    return this.#ended;
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    if (this.#child !== undefined) return void this.#child.kill(signal);
    await this.look();
    if (this.#ended) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // Gone in that moment; the next look says so.
    }
  }

  #end(exit: RawExit): void {
    this.#ended = true;
    this.#exit.resolve(exit);
  }
}
