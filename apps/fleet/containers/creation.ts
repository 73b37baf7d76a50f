// Makes a container and starts it. Invariant: when anything fails nothing of it is left, but a folder that was made.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { type ClaimingTorrent, PathClaims, parseTorrentFile, rootKey } from '@enjambre/metainfo';
import { type Clock, foldsCase } from '@enjambre/runtime';
import { placeDownloadFolder } from '../downloads/download-folder.ts';
import { volumeFolder } from '../downloads/volume.ts';
import type { Driver } from '../drivers/driver.ts';
import { FleetError, notKept, removedMeanwhile } from '../errors.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { type ContainerRecord, type ContainerStore, untouched } from '../state/container-store.ts';
import type { TorrentLibrary } from '../torrents/torrent-library.ts';
import { summarize } from '../torrents/torrent-summary.ts';
import { Container } from './container.ts';
import type { ContainerList } from './container-list.ts';
import type { ContainerRequest } from './create-request.ts';

const ID_BYTES = 6;
const STOPPED = 'It was stopped before it had started.';

export interface CreationOptions {
  readonly root: string;
  readonly containers: ContainerList;
  readonly store: ContainerStore;
  readonly driver: Driver;
  readonly torrents: TorrentLibrary;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  /** Where a container's own copy of its .torrent lies. */
  readonly torrentPathOf: (id: string) => string;
}

/**
 * Resolves once its client listens.
 * @returns with a sentence about each wish that means nothing, and about who stopped it meanwhile
 * @throws FleetError
 */
export async function createContainer(
  request: ContainerRequest,
  options: CreationOptions,
): Promise<{ container: Container; warnings: readonly string[] }> {
  const { containers, store, driver, reconciler, torrentPathOf } = options;
  const release = containers.reserve(request.name);
  const id = randomBytes(ID_BYTES).toString('hex');
  try {
    const warnings = [...(await driver.check(request)), ...request.warnings];
    const { record, bytes } = await makeRecord(id, request, options);
    await writeFile(torrentPathOf(id), bytes).catch((error) => {
      throw notKept(error);
    });
    // From here to `add` nothing waits, so nobody comes between.
    refuseSharedFolder(record, bytes, options);
    store.insert(record);
    const container = new Container(record, undefined);
    containers.add(container);
    const hindrance = await reconciler.start(container).catch((error: unknown) => error);
    // It is in the list: others may have had their will of it meanwhile, and what they wanted holds.
    if (containers.get(id) !== container) throw removedMeanwhile(request.name);
    if (record.wanted === 'stopped') return { container, warnings: [...warnings, STOPPED] };
    if (hindrance !== undefined) throw hindrance;
    return { container, warnings };
  } catch (error) {
    // Whoever removed it takes everything away, or keeps it where it could not be ended.
    if (error instanceof FleetError && error.code === 'removed-meanwhile') throw error;
    // What these cannot do is not the reason.
    try {
      if (containers.get(id) !== undefined) store.delete(id);
    } catch {
      // The disk became full meanwhile: the next backend finds it, and starts it.
    }
    containers.delete(id);
    await driver.remove(id).catch(() => {});
    await rm(torrentPathOf(id), { force: true });
    throw error;
  } finally {
    release();
  }
}

async function makeRecord(
  id: string,
  request: ContainerRequest,
  { root, torrents, driver, clock }: CreationOptions,
): Promise<{ record: ContainerRecord; bytes: Buffer }> {
  const { name, torrentFile, folderPath, placement, warnings: _, ...rest } = request;
  const stored = await torrents.read(torrentFile);
  const { torrentName, infoHash, totalSize } = summarize(stored.torrent);
  const folder =
    folderPath === undefined && driver.hasVolumes
      ? volumeFolder(id)
      : await placeDownloadFolder(root, folderPath ?? name, driver.folderOwner);
  const where = placement !== null && { placement };
  const config = { ...rest, torrentFile: stored.name, folderPath: folder, peers: [...request.peers], ...where };
  const createdAt = clock.wallTime();
  const record = { ...untouched, id, name, torrentName, infoHash, totalSize, createdAt, config };
  return { record: { ...record, wanted: 'running' }, bytes: stored.bytes };
}

/** Two clients cannot write the same files: the second would be refused by the first one's lock, or overwrite what it has. */
function refuseSharedFolder(record: ContainerRecord, bytes: Buffer, options: CreationOptions): void {
  const { infoHash, torrentName, config } = record;
  const there = options.containers.all().filter((one) => one.record.config.folderPath === config.folderPath);
  const same = there.find((one) => one.record.infoHash === infoHash);
  if (same !== undefined) {
    throw folderInUse(`${JSON.stringify(same.record.name)} downloads this torrent to that folder already.`);
  }
  const beside = there.filter((one) => rootKey(one.record.torrentName) === rootKey(torrentName));
  const claims = new PathClaims<ContainerClaim>(() => foldsCase(config.folderPath));
  for (const one of beside) {
    const claim = claimOf(one.record.name, () => readFileSync(options.torrentPathOf(one.id)));
    if (claim !== undefined) claims.claim(claim);
  }
  const conflict = claims.conflictOf(claimOf(record.name, () => bytes)!);
  if (conflict === undefined) return;
  const { path, other } = conflict;
  throw folderInUse(`${JSON.stringify(other.name)} has other content at ${path} in that folder.`);
}

interface ContainerClaim extends ClaimingTorrent {
  readonly name: string;
}

/** Undefined when its .torrent was taken away: then nobody knows which files are its own. */
function claimOf(name: string, read: () => Buffer): ContainerClaim | undefined {
  try {
    const layout = parseTorrentFile(read());
    return { name, layout, hashes: () => layout.pieceHashes };
  } catch {
    return undefined;
  }
}

function folderInUse(sentence: string): FleetError {
  return new FleetError('folder-in-use', sentence, { field: 'folderPath' });
}
