// A real backend with a thousand containers: no machine of ours runs as many clients, so its driver runs none, and one
// server answers in the place of all. Some of them download, the others are complete, as in a fleet that does its work.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host, Status } from '@enjambre/contract';
import { encodeBencode } from '@enjambre/metainfo';
import { silentLogger, systemClock, systemRandom } from '@enjambre/runtime';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { buildServer } from '../../apps/fleet/api/server.ts';
import type { Replica, Replication } from '../../apps/fleet/drivers/driver.ts';
import { FakeDriver } from '../../apps/fleet/drivers/fake/fake-driver.ts';
import { hostAlone } from '../../apps/fleet/drivers/host-alone.ts';
import { Fleet } from '../../apps/fleet/fleet.ts';
import { Browsing, buildPage, PAGE_FOLDER } from './browser.fixture.ts';

const HOST = '127.0.0.1';
const SIZE = 64 * 1024 ** 2;
const PIECE_LENGTH = 1024 ** 2;
/** Every tenth downloads. */
const MOVING = 10;

export interface Thousand {
  readonly url: string;
  /** A page of its own browser profile on it; whatever breaks in it ends up in `complaints`. */
  open(options?: BrowserContextOptions, complaints?: string[]): Promise<Page>;
  /** Its pages, too. */
  close(): Promise<void>;
}

/** @param hosts names of those that they are on; none: this machine, without an engine */
export async function startThousand(count: number, hosts: readonly string[] = []): Promise<Thousand> {
  await buildPage();
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-thousand-'));
  const clients = createServer((request, response) => {
    const number = Number(request.headers.authorization?.replace('Bearer ', ''));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(statusOf(number)));
  });
  await new Promise<void>((resolve) => clients.listen(0, HOST, resolve));
  const driver = hosts.length === 0 ? new FakeDriver(systemClock) : new HostsDriver(hosts);
  const world = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const folders = { dataFolder: path.join(folder, 'state'), root: path.join(folder, 'downloads') };
  const fleet = await Fleet.open({ ...world, ...folders, driver, tracker: undefined });
  await fleet.takeOver();
  await fleet.torrents.add('thousand.torrent', torrent());
  const { port } = clients.address() as AddressInfo;
  for (let number = 0; number < count; number++) {
    driver.endpoint = { host: HOST, port, token: `${number}` };
    const containerName = `web-${String(number).padStart(4, '0')}`;
    await fleet.create({ containerName, torrentFile: 'thousand.torrent' });
  }
  const policy = { allowedHosts: [], token: undefined };
  const demo = async () => [];
  const pageFolder = path.join(PAGE_FOLDER, 'dist');
  const server = await buildServer({ fleet, policy, pageFolder, demo, logger: silentLogger });
  await server.listen({ port: 0, host: HOST });
  const url = `http://${HOST}:${(server.server.address() as AddressInfo).port}/`;
  const browsing = new Browsing();
  return {
    url,
    open: (options, complaints) => browsing.open(url, options, complaints),
    async close() {
      await browsing.close();
      await server.close();
      await fleet.close(true);
      clients.closeAllConnections();
      await new Promise((resolve) => clients.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Says, as that of a Swarm, that each container has an instance on each of several hosts. */
class HostsDriver extends FakeDriver {
  override readonly name = 'docker-swarm';
  override readonly replication: Replication = {
    replicas: (id) => this.#replicas(id),
    problemOf: () => undefined,
    update: async () => {},
    updateOf: () => undefined,
  };

  readonly #hosts: readonly string[];

  constructor(hosts: readonly string[]) {
    super(systemClock);
    this.#hosts = hosts;
  }

  override async hosts(): Promise<readonly Host[]> {
    return this.#hosts.map((name) => hostAlone({ name, instances: 1 }));
  }

  #replicas(id: string): readonly Replica[] {
    const running = this.get(id);
    if (running === undefined) return [];
    const { endpoint, startedAt } = running;
    const state = 'running';
    return this.#hosts.map((host, at) => ({
      id: `${at}`,
      host,
      image: this.image,
      state,
      endpoint,
      startedAt,
      problem: undefined,
    }));
  }
}

/** Those that download are a little further each time they are asked. */
const asked = new Map<number, number>();
function statusOf(number: number): Status {
  const peers = { connected_peers: 3, total_peers: 5 };
  if (number % MOVING !== 0) {
    const whole = { progress: 100, downloaded: SIZE, total_size: SIZE, download_speed: 0, upload_speed: 0, eta: '0s' };
    return { state: 'completed', paused: false, ...whole, ...peers };
  }
  const times = (asked.get(number) ?? number) + 1;
  asked.set(number, times);
  const downloaded = (times * 50_000) % SIZE;
  const part = { progress: (downloaded / SIZE) * 100, downloaded, total_size: SIZE };
  const speeds = { download_speed: 50_000 + (times % 100) * 100, upload_speed: 0, eta: '20m 0s' };
  return { state: 'downloading', paused: false, ...part, ...speeds, ...peers };
}

function torrent(): Uint8Array {
  const pieces = Buffer.alloc((SIZE / PIECE_LENGTH) * 20, 1);
  return encodeBencode({ info: { length: SIZE, name: 'thousand.bin', 'piece length': PIECE_LENGTH, pieces } });
}
