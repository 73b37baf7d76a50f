// The backend without its servers: what is wanted, what runs it, who watches it, who is told. Handlers call this.

import { realpath, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnswerOf, ContainerView, CreateContainer, Info, Status } from '@enjambre/contract';
import { type Clock, type Logger, makeFolder, type Random } from '@enjambre/runtime';
import { Container } from './containers/container.ts';
import { ContainerList } from './containers/container-list.ts';
import { noStatus, viewOf } from './containers/container-view.ts';
import { readCreateRequest } from './containers/create-request.ts';
import { createContainer } from './containers/creation.ts';
import { readKeepsake, writeKeepsake } from './containers/keepsake.ts';
import { Removal } from './containers/removal.ts';
import type { Driver, Keepsake } from './drivers/driver.ts';
import { FleetError, reasonOf, StartError } from './errors.ts';
import { EventStream } from './events/event-stream.ts';
import packageFile from './package.json' with { type: 'json' };
import { setAllPaused } from './reconcile/pause.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { SampleStore } from './samples/sample-store.ts';
import { Sampler } from './samples/sampler.ts';
import { ContainerStore, untouched } from './state/container-store.ts';
import { openDatabase } from './state/database.ts';
import { TorrentLibrary } from './torrents/torrent-library.ts';
import { Watcher } from './watcher/watcher.ts';

export const version = packageFile.version;

/** From so many on, starting them takes all that the machine has. */
const MANY_STARTING = 8;

export interface FleetOptions {
  readonly dataFolder: string;
  /** Downloads go below it; made when missing. */
  readonly root: string;
  readonly driver: Driver;
  /** Announce URL of a tracker that runs beside. */
  readonly tracker: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export class Fleet {
  readonly options: FleetOptions;
  /** Links resolved. */
  readonly root: string;
  readonly containers = new ContainerList();
  readonly torrents: TorrentLibrary;
  readonly watcher: Watcher;
  readonly events: EventStream;
  readonly reconciler: Reconciler;
  readonly removal: Removal;
  readonly sampler: Sampler;
  readonly #store: ContainerStore;
  /** Under way. */
  readonly #creations = new Set<Promise<unknown>>();
  readonly #ready = Promise.withResolvers<void>();

  private constructor(options: FleetOptions, root: string, store: ContainerStore, samples: SampleStore) {
    const { driver, clock, random, logger } = options;
    const { containers } = this;
    this.options = options;
    this.root = root;
    this.#store = store;
    this.torrents = new TorrentLibrary(join(options.dataFolder, 'torrents'));
    const onChange = (id: string) => this.events.changed(id);
    const isBusy = (): boolean => containers.all().filter(({ phase }) => phase === 'starting').length >= MANY_STARTING;
    this.watcher = new Watcher({ clock, random, isBusy, onChange, onMiss: (id) => driver.suspect(id) });
    this.events = new EventStream({
      clock,
      all: () => this.views(),
      view: (id) => containers.get(id) && this.view(containers.get(id)!),
    });
    const { watcher } = this;
    const specOf = (container: Container) => this.#specOf(container);
    const adopt = (id: string, keepsake: Keepsake) => this.#adopt(id, keepsake);
    this.reconciler = new Reconciler({ containers, store, driver, watcher, clock, logger, specOf, adopt, onChange });
    const { reconciler, torrentPathOf } = this;
    const onRemoved = onChange;
    const forRemoval = { root, containers, store, driver, watcher, reconciler, clock, torrentPathOf, onRemoved };
    this.removal = new Removal(forRemoval);
    this.sampler = new Sampler({
      clock,
      logger,
      store: samples,
      ids: () => containers.all().map(({ id }) => id),
      statusOf: (id) => {
        const { health, status } = watcher.get(id) ?? {};
        return health === 'healthy' ? status : undefined;
      },
    });
  }

  /** Reads what is remembered; nothing is touched before `takeOver`. @throws StartError */
  static async open(options: FleetOptions): Promise<Fleet> {
    const database = openDatabase(join(options.dataFolder, 'enjambre.sqlite'));
    const store = new ContainerStore(database);
    try {
      const fleet = new Fleet(options, await prepareFolders(options), store, new SampleStore(database));
      for (const record of store.all()) {
        fleet.containers.add(new Container(record, store.lastHistory(record.id)));
      }
      await fleet.torrents.open();
      return fleet;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Adopts the clients that run, and starts those that should. */
  async takeOver(): Promise<void> {
    await this.reconciler.takeOver();
    this.sampler.start();
    this.#ready.resolve();
  }

  /** Resolves once it is known what runs: whoever asks before has to wait. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** @param stopClients whether what it runs ends too */
  async close(stopClients: boolean): Promise<void> {
    this.reconciler.close();
    this.sampler.close();
    this.watcher.close();
    this.events.close();
    await this.options.driver.close(stopClients);
    // Those whose client was ended take away what they have made.
    if (stopClients) await Promise.allSettled(this.#creations);
    this.#store.close();
  }

  view(container: Container): ContainerView {
    return viewOf(container, this.options.driver, this.watcher);
  }

  /** The newest last. */
  views(): ContainerView[] {
    return this.containers.all().map((container) => this.view(container));
  }

  /** @throws FleetError */
  async create(body: CreateContainer): Promise<{ container: Container; warnings: readonly string[] }> {
    const request = readCreateRequest(body);
    const { driver, clock } = this.options;
    const { root, containers, torrents, reconciler, torrentPathOf } = this;
    const store = this.#store;
    const options = { root, containers, store, driver, torrents, reconciler, clock, torrentPathOf };
    const creation = createContainer(request, options);
    this.#creations.add(creation);
    try {
      return await creation;
    } finally {
      this.#creations.delete(creation);
    }
  }

  /** @throws FleetError `wrong-state`, `start-failed` */
  async start(container: Container): Promise<void> {
    if (this.#runs(container)) throw wrongState(container, 'is running already');
    await this.reconciler.start(container);
  }

  /** @throws FleetError `wrong-state` */
  async stop(container: Container): Promise<void> {
    if (container.record.wanted === 'stopped') throw wrongState(container, 'is not running');
    await this.reconciler.stop(container);
  }

  /** @throws FleetError `start-failed` */
  async restart(container: Container): Promise<void> {
    await this.reconciler.restart(container);
  }

  /** Remembered: a client that is started again for it is paused again. @throws FleetError `wrong-state`, `client-unreachable` */
  async setPaused(container: Container, paused: boolean): Promise<void> {
    if (!this.#runs(container)) throw wrongState(container, 'is not running');
    if (!(await setAllPaused(this.options.driver, container.id, paused))) {
      throw new FleetError('client-unreachable', `The client of ${container.record.name} did not confirm.`);
    }
    this.#store.update({ ...container.record, paused });
    container.record.paused = paused;
    await this.watcher.askAnew(container.id);
  }

  /** As the older API has it: always ten fields, and why when they are zero. */
  statusOf(container: Container): AnswerOf<'GET /api/containers/:id/status'> {
    const { status, health } = this.watcher.get(container.id) ?? {};
    const torrent_name = container.record.torrentName;
    if (health === 'healthy' && status !== undefined) return { torrent_name, ...status };
    const state = ['created', 'starting'].includes(container.phase) || health === 'starting' ? 'starting' : 'unknown';
    const error = this.view(container).reason?.message ?? 'Its client does not answer.';
    const empty: Omit<Status, 'state'> = noStatus;
    return { torrent_name, state, ...empty, error, progress_percent: 0 };
  }

  /** Runs it from another image. @throws FleetError */
  async update(container: Container, imageName: string): Promise<void> {
    const { images, name } = this.options.driver;
    if (images === undefined)
      throw new FleetError('not-with-this-driver', `There are no images with the driver ${name}.`);
    images.check(imageName);
    await this.reconciler.update(container, imageName);
  }

  async about(): Promise<Info> {
    const disk = await statfs(this.root).catch(() => undefined);
    return {
      service: 'enjambre',
      version,
      driver: this.options.driver.name,
      driverProblem: this.options.driver.unreachable ?? null,
      root: this.root,
      tracker: this.options.tracker ?? null,
      freeBytes: disk === undefined ? null : disk.bavail * disk.bsize,
    };
  }

  /** A container's own copy of its .torrent: the kept one may be deleted. */
  readonly torrentPathOf = (id: string): string => join(this.options.dataFolder, 'containers', `${id}.torrent`);

  /** A container that is in no database of ours, and runs. */
  async #adopt(id: string, { text, torrent, running }: Keepsake): Promise<Container | undefined> {
    const kept = readKeepsake(text, this.root);
    if (kept === undefined || torrent === undefined || this.containers.byName(kept.name) !== undefined)
      return undefined;
    await writeFile(this.torrentPathOf(id), torrent);
    const record = { ...untouched, ...kept, id, wanted: running ? 'running' : 'stopped' } as const;
    this.#store.insert(record);
    const container = new Container({ ...record }, undefined);
    this.containers.add(container);
    return container;
  }

  #runs(container: Container): boolean {
    return this.options.driver.get(container.id) !== undefined && container.phase !== 'stopping';
  }

  #specOf({ id, record }: Container): Parameters<Driver['start']>[0] {
    const { folderPath, networkName, imageName, port, discoveryMode, bootstrap } = record.config;
    const { downloadLimit, uploadLimit, peers, placement } = record.config;
    return {
      id,
      name: record.name,
      keepsake: writeKeepsake(record),
      networkName,
      imageName,
      overlayPort: port,
      torrentPath: this.torrentPathOf(id),
      folder: folderPath,
      discoveryMode,
      bootstrap,
      downloadLimitBytesPerSecond: downloadLimit ?? undefined,
      uploadLimitBytesPerSecond: uploadLimit ?? undefined,
      peers,
      placement: placement ?? null,
    };
  }
}

/** @returns the root, links resolved */
async function prepareFolders({ dataFolder, root }: FleetOptions): Promise<string> {
  await prepareFolder('--data-dir', join(dataFolder, 'containers'));
  await prepareFolder('--root', root);
  return realpath(root);
}

async function prepareFolder(flag: string, folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new StartError('data-folder', `${flag} ${folder}: cannot be made: ${reasonOf(error)}`, { cause: error });
  }
}

function wrongState(container: Container, sentence: string): FleetError {
  return new FleetError('wrong-state', `${container.record.name} ${sentence}.`);
}
