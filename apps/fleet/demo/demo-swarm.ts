// A swarm to look at: one seed and three leechers that are held back, so that a person can watch them for a minute.
// Invariant: asking twice, or after a half-finished first time, gives the same four containers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CreateContainer } from '@enjambre/contract';
import { placeDownloadFolder } from '../downloads/download-folder.ts';
import { FleetError } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import { SAMPLE_LENGTH, writeSampleFile } from './sample-file.ts';

const TORRENT = 'enjambre-demo.torrent';
const SEED = 'demo-seed';
const LEECHERS = ['demo-1', 'demo-2', 'demo-3'];
/** What somebody who wants to see how it goes has the patience for. */
const WATCHED_SECONDS = 60;

export interface DemoOptions {
  /** What runs our own command line. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export class DemoSwarm {
  readonly #fleet: Fleet;
  readonly #options: DemoOptions;
  #starting: Promise<readonly string[]> | undefined;

  constructor(fleet: Fleet, options: DemoOptions) {
    this.#fleet = fleet;
    this.#options = options;
  }

  /** @returns the ids, the seed's first  @throws FleetError */
  start(): Promise<readonly string[]> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<readonly string[]> {
    const { root, options } = this.#fleet;
    const folder = await placeDownloadFolder(root, 'demo/seed', options.driver.folderOwner);
    const sample = join(folder, 'enjambre-demo.bin');
    await writeSampleFile(sample);
    await this.#keepTorrent(sample);
    const seed = await this.#container({ containerName: SEED, torrentFile: TORRENT, folderPath: 'demo/seed' });
    // Without a tracker somebody has to introduce them; with one they need not wait for it.
    const peers = [options.driver.get(seed)?.peerAddress].filter((address) => address !== undefined);
    const downloadLimit = Math.ceil(SAMPLE_LENGTH / WATCHED_SECONDS);
    const leechers = LEECHERS.map((containerName) => {
      const folderPath = `demo/${containerName}`;
      return this.#container({ containerName, torrentFile: TORRENT, folderPath, downloadLimit, peers });
    });
    return [seed, ...(await Promise.all(leechers))];
  }

  async #container(request: CreateContainer & { containerName: string }): Promise<string> {
    const known = this.#fleet.containers.byName(request.containerName);
    if (known === undefined) return (await this.#fleet.create(request)).container.id;
    if (known.record.wanted === 'stopped') await this.#fleet.start(known);
    return known.id;
  }

  /** Made by our own command, as a person would make it. */
  async #keepTorrent(sample: string): Promise<void> {
    const { torrents, events, options } = this.#fleet;
    const wanted = options.tracker === undefined ? [] : [options.tracker];
    const kept = await torrents.read(TORRENT).catch(() => undefined);
    if (kept?.torrent.trackers.flat().join() === wanted.join()) return;
    // The tracker had another port then.
    if (kept !== undefined) await torrents.delete(TORRENT);
    const output = join(options.dataFolder, TORRENT);
    await rm(output, { force: true });
    const tracker = wanted.flatMap((url) => ['--tracker', url]);
    const [program, ...first] = this.#options.command;
    const child = spawn(program, [...first, 'create', sample, '--output', output, '--force', ...tracker], {
      env: this.#options.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    if (code !== 0) throw new FleetError('start-failed', `The sample torrent could not be made: ${complaint.trim()}`);
    await torrents.add(TORRENT, await readFile(output));
    await rm(output);
    events.torrentsChanged();
  }
}
