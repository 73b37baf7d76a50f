// The client from start to end: what is opened in which order, what ends it, and that everything is closed in time.
// Invariant: the control server listens first and is closed last; every end goes through the one shutdown.

import { createTcpTransport, Session } from '@enjambre/engine';
import { discoveryRoutes } from './api/discovery-routes.ts';
import { onceStarted } from './api/once-started.ts';
import { apiRoutes } from './api/torrent-routes.ts';
import type { Config } from './config.ts';
import { ControlServer } from './control-server.ts';
import { Discovery } from './discovery.ts';
import { StartError } from './errors.ts';
import { bindListenPort } from './listen-port.ts';
import type { Output } from './output.ts';
import { OwnOverlay } from './own-overlay.ts';
import { Progress } from './progress.ts';
import { ContactFile } from './state/contact-file.ts';
import { DiscoveryStore } from './state/discovery-store.ts';
import { RunFile } from './state/run-file.ts';
import { StateFolder } from './state/state-folder.ts';
import { lockStateFolder } from './state/state-lock.ts';
import { WatchFolder } from './state/watch-folder.ts';
import { TorrentAdding } from './torrent-adding.ts';
import type { TorrentEntry } from './torrent-entry.ts';
import { type Surroundings, TorrentList } from './torrent-list.ts';

/** Of the five seconds that are promised, the rest is for a busy machine and the exit itself. */
const CLOSE_DEADLINE_MS = 3500;

/** How a run ended, as exit codes. */
export const exitCodes = { done: 0, bug: 1, notStarted: 2, timedOut: 3 } as const;

export class Daemon {
  readonly #config: Config;
  readonly #output: Output;
  readonly #surroundings: Surroundings;
  readonly #session: Session;
  readonly #overlay: OwnOverlay;
  readonly #state: StateFolder;
  readonly #torrents: TorrentList;
  readonly #adding: TorrentAdding;
  readonly #control: ControlServer;
  readonly #progress: Progress;
  readonly #launched = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<number>();
  readonly #closers: (() => void)[] = [];
  #releaseState = (): void => {};
  #ending = false;

  /** Nothing is opened before `run`. */
  constructor(config: Config, output: Output, { clock, random }: Omit<Surroundings, 'logger'>) {
    this.#config = config;
    this.#output = output;
    this.#surroundings = { clock, random, logger: output };
    const { listenHost, allowedHosts, token } = config;
    this.#progress = new Progress({
      clock,
      tell: () => output.progress(this.#torrents.status()),
      isAtWork: () => this.#torrents.areAtWork,
    });
    const stir = (): void => this.#progress.stir();
    this.#session = new Session({
      ...this.#surroundings,
      transport: createTcpTransport({ bindHost: listenHost }),
      listenHost,
      downloadLimit: config.downloadLimitBytesPerSecond,
      uploadLimit: config.uploadLimitBytesPerSecond,
      maxConnections: config.maxConnections,
      awoke: stir,
    });
    this.#state = new StateFolder(config.stateFolder);
    this.#overlay = this.#makeOverlay();
    const store = new DiscoveryStore(config.stateFolder, output);
    const discovery = new Discovery({ ...this.#surroundings, config, overlay: this.#overlay, store });
    const torrents = new TorrentList(this.#session, config, this.#state, discovery, this.#surroundings, stir);
    const adding = new TorrentAdding(torrents, this.#state, output, (entry) => this.#launch(entry));
    const routes = {
      ...apiRoutes({ torrents, adding, archives: config.archives, clock }),
      ...discoveryRoutes(torrents, discovery),
    };
    const api = onceStarted(routes, this.#launched.promise);
    this.#torrents = torrents;
    this.#adding = adding;
    this.#control = new ControlServer(torrents, api, { allowedHosts, token }, output);
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
    await this.#openState();
    this.#adding.given(torrentFiles);
    this.#adding.remembered();
    const { listenPort: wanted, listenPortIsDefault } = this.#config;
    const listenPort = await bindListenPort((port) => this.#session.listen(port), wanted, listenPortIsDefault);
    if (this.#ending) return;
    await this.#openOverlay();
    if (this.#ending) return;
    this.#output.log('info', 'listening', { listenPort, httpPort });
    this.#writeRunFile(started, listenPort, httpPort);
    for (const entry of this.#torrents.entries) this.#launch(entry);
    this.#launched.resolve();
    this.#progress.start();
    this.#closers.push(() => this.#progress.end());
    if (watch !== undefined) await this.#watch(watch);
  }

  /** The folder that clients have without `--state-dir` may be that of several, which have other torrents in the same archives. */
  async #openState(): Promise<void> {
    const { stateFolder, stateFolderIsChosen } = this.#config;
    if (stateFolderIsChosen) this.#releaseState = await lockStateFolder(stateFolder, this.#output);
    this.#state.open();
  }

  #makeOverlay(): OwnOverlay {
    const { overlay, hostname, listenHost, stateFolder } = this.#config;
    const store = new ContactFile(stateFolder);
    return new OwnOverlay({ ...overlay, ...this.#surroundings, hostname, listenHost, store });
  }

  async #openOverlay(): Promise<void> {
    const { isWanted, unusedFlag } = this.#config.overlay;
    if (isWanted) await this.#overlay.open();
    const sentence = `overlay: off; --${unusedFlag} is for when --discovery-mode or POST /api/v1/sources/overlay switches it on`;
    if (unusedFlag !== undefined) this.#output.log('warn', sentence);
  }

  #writeRunFile(started: string, listenPort: number, httpPort: number | undefined): void {
    if (this.#config.runFile === undefined) return;
    const content = { pid: process.pid, started, listenPort, httpPort: httpPort ?? null };
    const runFile = new RunFile(this.#config.runFile, content);
    this.#closers.push(() => runFile.remove());
  }

  async #watch(path: string): Promise<void> {
    const folder = new WatchFolder(path, this.#surroundings.clock, this.#output, (file) =>
      this.#ending ? undefined : this.#adding.watched(file),
    );
    this.#closers.push(() => folder.stop());
    await folder.start();
  }

  #launch(entry: TorrentEntry): void {
    void this.#torrents.launch(entry).then(() => this.#refuseUnusable(entry));
    entry.torrent.whenComplete().then(
      () => this.#completed(),
      // It was stopped before; why is told elsewhere.
      () => {},
    );
  }

  /** Who gave a torrent by flag learns at once that another client holds it, or that something is where its files belong. */
  #refuseUnusable({ torrent, metainfo, addedBy }: TorrentEntry): void {
    const { problem } = torrent.snapshot;
    if (addedBy !== 'flag' || (problem?.code !== 'locked' && problem?.code !== 'path-conflict')) return;
    this.#ended.reject(new StartError(problem.code, `${metainfo.path}: ${problem.message}`));
  }

  #completed(): void {
    if (this.#config.exitOnComplete && this.#torrents.complete) this.#end(exitCodes.done);
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
    const closed = this.#torrents.close(CLOSE_DEADLINE_MS);
    await Promise.race([Promise.all([closed, this.#overlay.close()]), tooLong]);
    timer.cancel();
    this.#control.close();
    this.#releaseState();
  }
}
