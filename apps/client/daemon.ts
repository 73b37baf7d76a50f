// The client from start to end: what is opened in which order, what ends it, and that everything is closed in time.
// Invariant: the control server listens first and is closed last; every end goes through the one shutdown.

import { createTcpTransport, Session, type Torrent } from '@enjambre/engine';
import type { Config } from './config.ts';
import { ControlServer } from './control-server.ts';
import { reasonOf, StartError } from './errors.ts';
import { bindListenPort } from './listen-port.ts';
import type { Output } from './output.ts';
import { RunFile } from './state/run-file.ts';
import { readTorrent } from './state/torrent-reader.ts';
import { WatchFolder } from './state/watch-folder.ts';
import { type Surroundings, TorrentList } from './torrent-list.ts';

/** Of the five seconds that are promised, the rest is for a busy machine and the exit itself. */
const CLOSE_DEADLINE_MS = 3500;
const PROGRESS_INTERVAL_MS = 1000;

/** How a run ended, as exit codes. */
export const exitCodes = { done: 0, bug: 1, notStarted: 2, timedOut: 3 } as const;

export class Daemon {
  readonly #config: Config;
  readonly #output: Output;
  readonly #surroundings: Surroundings;
  readonly #session: Session;
  readonly #torrents: TorrentList;
  readonly #control: ControlServer;
  readonly #ended = Promise.withResolvers<number>();
  readonly #closers: (() => void)[] = [];
  #ending = false;

  /** Nothing is opened before `run`. */
  constructor(config: Config, output: Output, { clock, random }: Omit<Surroundings, 'logger'>) {
    this.#config = config;
    this.#output = output;
    this.#surroundings = { clock, random, logger: output };
    const { listenHost, allowedHosts, token } = config;
    this.#session = new Session({
      ...this.#surroundings,
      transport: createTcpTransport({ bindHost: listenHost }),
      listenHost,
      downloadLimit: config.downloadLimitBytesPerSecond,
      uploadLimit: config.uploadLimitBytesPerSecond,
    });
    this.#torrents = new TorrentList(this.#session, config, this.#surroundings);
    this.#control = new ControlServer(this.#torrents, { allowedHosts, token }, output);
  }

  /**
   * Works until it is stopped, complete or out of time, and closes everything; resolves with the exit code.
   * @throws StartError when it could not start
   */
  async run(): Promise<number> {
    try {
      await Promise.race([this.#start(), this.#ended.promise]);
      return await this.#ended.promise;
    } finally {
      await this.#shutDown();
    }
  }

  /** Ends the run; may be called at any time. */
  stop(): void {
    this.#end(exitCodes.done);
  }

  async #start(): Promise<void> {
    const { clock } = this.#surroundings;
    const { httpPort: askedPort, httpHost, timeoutMs, torrentFiles, watch } = this.#config;
    const started = new Date(clock.wallTime()).toISOString();
    if (timeoutMs !== undefined) clock.after(timeoutMs, () => this.#timeOut());
    const httpPort = await this.#control.listen(askedPort, httpHost);
    if (this.#ending) return;
    for (const path of torrentFiles) this.#torrents.add(readTorrent(path), path);
    const { listenPort: wanted, listenPortIsDefault } = this.#config;
    const listenPort = await bindListenPort((port) => this.#session.listen(port), wanted, listenPortIsDefault);
    if (this.#ending) return;
    this.#output.log('info', 'listening', { listenPort, httpPort });
    this.#writeRunFile(started, listenPort, httpPort);
    for (const torrent of this.#session.torrents.values()) this.#launch(torrent, (error) => this.#ended.reject(error));
    const progress = clock.every(PROGRESS_INTERVAL_MS, () => this.#tellProgress());
    this.#closers.push(() => {
      progress.cancel();
      this.#tellProgress();
    });
    if (watch !== undefined) await this.#watch(watch);
  }

  #writeRunFile(started: string, listenPort: number, httpPort: number | undefined): void {
    if (this.#config.runFile === undefined) return;
    const content = { pid: process.pid, started, listenPort, httpPort: httpPort ?? null };
    const runFile = new RunFile(this.#config.runFile, content);
    this.#closers.push(() => runFile.remove());
  }

  async #watch(path: string): Promise<void> {
    const folder = new WatchFolder(path, this.#surroundings.clock, this.#output, (file) => this.#addWatched(file));
    this.#closers.push(() => folder.stop());
    await folder.start();
  }

  /** What is wrong with a watched file concerns that file only: it is named and left. */
  #addWatched(path: string): void {
    if (this.#ending) return;
    const refuse = (error: unknown) => {
      this.#output.log('warn', error instanceof StartError ? error.message : `${path}: ${reasonOf(error)}`);
    };
    try {
      this.#launch(this.#torrents.add(readTorrent(path), path), refuse);
    } catch (error) {
      refuse(error);
    }
  }

  #launch(torrent: Torrent, refuse: (error: unknown) => void): void {
    this.#torrents.start(torrent).then(() => this.#torrents.tellChanges(), refuse);
    torrent.whenComplete().then(
      () => this.#completed(),
      // It was stopped before; why is told elsewhere.
      () => {},
    );
  }

  #completed(): void {
    this.#torrents.tellChanges();
    if (this.#config.exitOnComplete && this.#torrents.complete) this.#end(exitCodes.done);
  }

  #tellProgress(): void {
    this.#torrents.tellChanges();
    this.#output.progress(this.#torrents.status());
  }

  #timeOut(): void {
    if (this.#torrents.complete) return this.#end(exitCodes.done);
    this.#output.log('warn', 'the time ran out before everything was complete');
    this.#end(exitCodes.timedOut);
  }

  #end(exitCode: number): void {
    this.#ending = true;
    this.#ended.resolve(exitCode);
  }

  async #shutDown(): Promise<void> {
    this.#ending = true;
    for (const close of this.#closers) close();
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = this.#surroundings.clock.after(CLOSE_DEADLINE_MS, resolve);
    await Promise.race([this.#torrents.close(CLOSE_DEADLINE_MS), tooLong]);
    timer.cancel();
    this.#control.close();
  }
}
