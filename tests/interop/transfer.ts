// One transfer from one client to another, compared byte for byte.

import type { PeerAddress } from '@enjambre/metainfo';
import { freePort } from '../contract/free-port.ts';
import type { RunningClient, TestedClient } from './clients/tested-client.ts';
import { assertContent, type Shape, writeContent } from './content.ts';
import { Lab } from './lab.ts';
import { makeTorrent, type Torrent } from './torrent-maker.ts';
import { announceUrl, type Scheme, startTracker, type TestedTracker } from './trackers/tested-tracker.ts';

export interface Transfer {
  readonly seed: TestedClient;
  readonly leech: TestedClient;
  readonly shape: Shape;
  /** Who starts first and waits to be dialled; the other one dials. */
  readonly first: 'seed' | 'leech';
  /** Without one, the second is told the first's address by hand. */
  readonly tracker?: TestedTracker;
  /** How the tracker is asked. Default http. */
  readonly scheme?: Scheme;
}

/** Transmission alone takes ten seconds to its first unchoke. */
const TRANSFER_TIMEOUT_MS = 60_000;

/** Nobody listens there. rtorrent loads no torrent without a tracker, and everybody must bear a dead one. */
const DEAD_TRACKER = 'http://127.0.0.1:1/announce';

/** What must be installed for it. */
export function packagesOf({ seed, leech, tracker }: Transfer): (string | undefined)[] {
  return ['mktorrent', seed.debianPackage, leech.debianPackage, tracker?.debianPackage];
}

/** @throws Error with the last words of every program when the leech does not end up with the seed's bytes */
export async function runTransfer(transfer: Transfer): Promise<void> {
  await using lab = await Lab.open();
  try {
    await runIn(lab, transfer);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}

async function runIn(lab: Lab, { shape, tracker, scheme = 'http', first, ...clients }: Transfer): Promise<void> {
  const folders = { seed: await lab.folder('seed'), leech: await lab.folder('leech') };
  await writeContent(shape, folders.seed);

  const place = { host: lab.address(), port: 0 };
  if (tracker !== undefined) place.port = await freePort(place.host);
  const announce = tracker === undefined ? DEAD_TRACKER : announceUrl(place.host, place.port, scheme);
  const torrent: Torrent = await makeTorrent(lab, shape, folders.seed, announce);
  const swarm = tracker && (await startTracker(tracker, { lab, ...place, infoHash: torrent.infoHash }));

  const start = (role: 'seed' | 'leech', peers: readonly PeerAddress[]): Promise<RunningClient> =>
    clients[role].start({ lab, role, torrent, folder: folders[role], host: lab.address(), peers });
  const second = first === 'seed' ? 'leech' : 'seed';
  const waiting = await start(first, []);
  // A tracker tells a peer of those that announced before it, and for the next half hour there is no second announce.
  await swarm?.announced(1);
  const dialling = await start(second, swarm === undefined ? [waiting.address] : []);

  const leech = first === 'leech' ? waiting : dialling;
  await leech.complete(TRANSFER_TIMEOUT_MS);
  await lab.stopAll();
  await assertContent(shape, folders.leech);
}
