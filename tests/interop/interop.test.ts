// Transfers between ours and the clients of others, both ways, byte for byte. Two run at a time: they wait for each
// other's timers more than for the processor.

import { describe, it } from 'node:test';
import { aria2 } from './clients/aria2.ts';
import { enjambre } from './clients/enjambre.ts';
import { libtorrent } from './clients/libtorrent.ts';
import { qbittorrent } from './clients/qbittorrent.ts';
import { rtorrent } from './clients/rtorrent.ts';
import type { TestedClient } from './clients/tested-client.ts';
import { transmission } from './clients/transmission.ts';
import { SHAPES } from './content.ts';
import { whyNot } from './debian-package.ts';
import { enjambreTracker } from './trackers/enjambre-tracker.ts';
import { opentracker } from './trackers/opentracker.ts';
import type { TestedTracker } from './trackers/tested-tracker.ts';
import { packagesOf, runTransfer, type Transfer } from './transfer.ts';

const AT_ONCE = 2;

function itTransfers(sentence: string, transfer: Transfer): void {
  it(sentence, { skip: whyNot(packagesOf(transfer)) }, () => runTransfer(transfer));
}

/** Both ways; ours comes second and dials. */
function itExchanges(other: TestedClient): void {
  const shape = SHAPES.oneFile;
  itTransfers(`downloads from ${other.name}`, { seed: other, leech: enjambre, shape, first: 'seed' });
  itTransfers(`serves ${other.name}`, { seed: enjambre, leech: other, shape, first: 'leech' });
}

describe('the bench of clients', { concurrency: AT_ONCE }, () => {
  const shape = SHAPES.manyFiles;
  // When these fail, the fault is not ours.
  itTransfers('transfers from libtorrent to qBittorrent', {
    seed: libtorrent,
    leech: qbittorrent,
    shape,
    first: 'seed',
  });
  itTransfers('transfers from rtorrent to libtorrent through opentracker', {
    seed: rtorrent,
    leech: libtorrent,
    shape,
    first: 'seed',
    tracker: opentracker,
  });
});

describe('Enjambre', { concurrency: AT_ONCE }, () => {
  for (const other of [transmission, qbittorrent, aria2, rtorrent]) itExchanges(other);

  for (const shape of Object.values(SHAPES)) {
    const { title } = shape;
    itTransfers(`downloads ${title} from libtorrent`, { seed: libtorrent, leech: enjambre, shape, first: 'seed' });
    // Here libtorrent dials: ours must answer as well as it asks.
    itTransfers(`serves ${title} to libtorrent`, { seed: enjambre, leech: libtorrent, shape, first: 'seed' });
  }

  const shape = SHAPES.lastPieceShort;
  const through = (tracker: TestedTracker) => ({ shape, first: 'seed', tracker }) as const;
  const overUdp = { ...through(opentracker), scheme: 'udp' } as const;
  itTransfers('finds libtorrent through opentracker over UDP', { seed: libtorrent, leech: enjambre, ...overUdp });
  itTransfers('is found by libtorrent through opentracker over UDP', { seed: enjambre, leech: libtorrent, ...overUdp });
  for (const tracker of [opentracker, enjambreTracker]) {
    const { name } = tracker;
    itTransfers(`finds libtorrent through ${name}`, { seed: libtorrent, leech: enjambre, ...through(tracker) });
    itTransfers(`is found by libtorrent through ${name}`, { seed: enjambre, leech: libtorrent, ...through(tracker) });
  }
  const oursOverUdp = { ...through(enjambreTracker), scheme: 'udp' } as const;
  for (const [seed, leech] of [
    [rtorrent, qbittorrent],
    [qbittorrent, aria2],
  ]) {
    const { name } = leech;
    itTransfers(`introduces ${name} to ${seed.name} by its tracker`, { seed, leech, ...through(enjambreTracker) });
  }
  // Between them every one that speaks UDP to trackers; aria2 does only where its DHT is on.
  for (const [seed, leech] of [
    [transmission, rtorrent],
    [rtorrent, qbittorrent],
    [enjambre, libtorrent],
  ]) {
    const { name } = leech;
    itTransfers(`introduces ${name} to ${seed.name} by its tracker over UDP`, { seed, leech, ...oursOverUdp });
  }
  itTransfers('introduces two of its own by its tracker', {
    seed: enjambre,
    leech: enjambre,
    ...through(enjambreTracker),
  });
});
