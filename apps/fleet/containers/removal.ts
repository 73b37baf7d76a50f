// Removing containers: first a plan that says what would go, then exactly that plan or nothing.
// Invariant: data that a container that stays uses as well is kept.

import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import type { ActionAnswer, RemovalPlan } from '@enjambre/contract';
import { parseTorrentFile } from '@enjambre/metainfo';
import type { Clock } from '@enjambre/runtime';
import { deleteFiles, filesOf, measureFiles } from '../downloads/downloaded-files.ts';
import { volumeIn } from '../downloads/volume.ts';
import type { Driver } from '../drivers/driver.ts';
import { dataKept, FleetError } from '../errors.ts';
import { outcomeOf } from '../outcome.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { ContainerStore } from '../state/container-store.ts';
import type { Watcher } from '../watcher/watcher.ts';
import type { Container } from './container.ts';
import type { ContainerList } from './container-list.ts';

/** Somebody reads the dialog; much later the world is another. */
const PLAN_LIFE_MS = 10 * 60_000;
const MAX_PLANS = 100;
const TOKEN_BYTES = 16;

export interface RemovalOptions {
  readonly root: string;
  readonly containers: ContainerList;
  readonly store: ContainerStore;
  readonly driver: Driver;
  readonly watcher: Watcher;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly torrentPathOf: (id: string) => string;
  readonly onRemoved: (id: string) => void;
}

interface KeptPlan {
  readonly references: readonly string[];
  readonly withData: boolean;
  readonly fingerprint: string;
  readonly expiresAt: number;
}

type PlanItem = RemovalPlan['items'][number];

export class Removal {
  readonly #options: RemovalOptions;
  readonly #plans = new Map<string, KeptPlan>();

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** A dry run. @throws FleetError `container-not-found` */
  async plan(references: readonly string[], withData: boolean): Promise<RemovalPlan> {
    const items = await this.#look(references, withData);
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const now = this.#options.clock.now();
    for (const [old, { expiresAt }] of this.#plans) {
      if (expiresAt < now || this.#plans.size >= MAX_PLANS) this.#plans.delete(old);
    }
    const ids = items.map(({ id }) => id);
    this.#plans.set(token, {
      references: ids,
      withData,
      fingerprint: fingerprintOf(items),
      expiresAt: now + PLAN_LIFE_MS,
    });
    return { token, withData, items, totalBytes: items.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Does what the plan says, and tells of each. @throws FleetError `plan-changed` when that is not what would happen now */
  async carryOut(token: string): Promise<ActionAnswer> {
    const plan = this.#plans.get(token);
    if (plan === undefined || plan.expiresAt < this.#options.clock.now()) {
      throw new FleetError('plan-changed', 'There is no such plan any more; look again at what would be removed.');
    }
    const { references, withData } = plan;
    const items = await this.#look(references, withData).catch(() => undefined);
    if (items === undefined || fingerprintOf(items) !== plan.fingerprint) {
      throw new FleetError('plan-changed', 'Something has changed since; look again at what would be removed.');
    }
    this.#plans.delete(token);
    const results = await Promise.all(
      items.map(({ id, sharedWith }) =>
        outcomeOf(id, async () => {
          const container = this.#options.containers.get(id);
          if (container !== undefined) await this.remove(container, withData && sharedWith.length === 0);
        }),
      ),
    );
    return { results };
  }

  /** Ends its client and forgets it; its data goes or stays. @throws FleetError, of which `data-kept` comes after all that */
  async remove(container: Container, withData: boolean): Promise<void> {
    // First: what cannot be forgotten is refused, and nothing has changed.
    this.#options.store.delete(container.id);
    // Not in the list any more: nothing starts it again.
    const release = this.#options.containers.takeOut(container);
    try {
      await this.#takeAway(container, withData);
    } finally {
      release();
    }
  }

  async #takeAway(container: Container, withData: boolean): Promise<void> {
    const { containers, store, driver, watcher, reconciler, torrentPathOf, root, onRemoved } = this.#options;
    const { id, record } = container;
    try {
      await reconciler.abandon(container);
    } catch (error) {
      // It runs on, so it is not forgotten.
      containers.add(container);
      store.insert(record);
      throw error;
    }
    watcher.forget(id);
    const { folderPath: folder } = record.config;
    try {
      if (withData && volumeIn(folder) === undefined) {
        await deleteFiles(await this.#filesOf(container), { folder, root, infoHash: record.infoHash });
      }
    } catch (error) {
      throw dataKept(record.name, error);
    } finally {
      // What could not be deleted is told; all else goes as was asked.
      await driver.remove(id);
      await rm(torrentPathOf(id), { force: true });
      onRemoved(id);
    }
  }

  async #look(references: readonly string[], withData: boolean): Promise<PlanItem[]> {
    const { containers, driver, watcher } = this.#options;
    const chosen = [...new Set(references.map((reference) => containers.find(reference)))];
    const staying = withData ? containers.all().filter((container) => !chosen.includes(container)) : [];
    const usedBy = await this.#usersOf(staying);
    return Promise.all(
      chosen.map(async (container) => {
        const paths = withData ? await this.#filesOf(container) : [];
        const sharedWith = [...new Set(paths.flatMap((path) => usedBy.get(path) ?? []))];
        const measured = sharedWith.length > 0 ? [] : paths;
        return {
          id: container.id,
          name: container.record.name,
          running: driver.get(container.id) !== undefined,
          bytes: await measureFiles(measured, container.record.config.folderPath),
          peers: watcher.get(container.id)?.status?.connected_peers ?? 0,
          sharedWith,
        };
      }),
    );
  }

  /** Names of containers by the path of a file. */
  async #usersOf(containers: readonly Container[]): Promise<Map<string, string[]>> {
    const users = new Map<string, string[]>();
    for (const container of containers) {
      for (const path of await this.#filesOf(container)) {
        users.set(path, [...(users.get(path) ?? []), container.record.name]);
      }
    }
    return users;
  }

  async #filesOf({ id, record }: Container): Promise<string[]> {
    // On hosts that are not ours to reach into: what lies there stays.
    if (volumeIn(record.config.folderPath) !== undefined) return [];
    // Somebody took it away: then nobody knows any more which files are its own.
    const bytes = await readFile(this.#options.torrentPathOf(id)).catch(() => undefined);
    return bytes === undefined ? [] : filesOf(parseTorrentFile(bytes), record.config.folderPath);
  }
}

/** What a confirmation is about; figures that grow by themselves are left out. */
function fingerprintOf(items: readonly PlanItem[]): string {
  return JSON.stringify(items.map(({ id, name, running, sharedWith }) => [id, name, running, sharedWith]));
}
