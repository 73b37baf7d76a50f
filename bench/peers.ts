// Who is compared, by the names of the tables, and which of them this machine lacks.

import { aria2 } from '../tests/interop/clients/aria2.ts';
import { withFlags } from '../tests/interop/clients/enjambre.ts';
import { libtorrent, libtorrentTuned } from '../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../tests/interop/clients/qbittorrent.ts';
import { rtorrent } from '../tests/interop/clients/rtorrent.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { whyNot } from '../tests/interop/debian-package.ts';
import { builtCommand, builtEnvironment } from './built-client.ts';
import { isWebTorrentThere, webtorrent } from './webtorrent/webtorrent.ts';

/** Ours, as a backend runs it: built into one file. `main.ts` builds it. */
export const enjambre = withFlags('Enjambre', [], builtEnvironment, builtCommand);
/** Ours, as the command runs it where nothing was built. */
export const enjambreFromSources = withFlags('Enjambre from sources', []);

/** Everybody, ours first. */
export const clients: readonly TestedClient[] = [
  enjambre,
  libtorrent,
  libtorrentTuned,
  qbittorrent,
  aria2,
  webtorrent,
  rtorrent,
  transmission,
];

/** Ten times slower than the others: they get less, and their figures are scaled. */
export const SLOW_CLIENTS: readonly TestedClient[] = [rtorrent, transmission];
export const SLOW_SIZE = 256 * 2 ** 20;

/** A reason to leave it out; false when it is there. */
export function whyAbsent(client: TestedClient): string | false {
  if (client === webtorrent) return !isWebTorrentThere() && 'bench/install-peers.sh was not run';
  return whyNot([client.debianPackage]);
}

/** Names of those that are not there. */
export function missingPeers(): string[] {
  return clients.filter(whyAbsent).map(({ name }) => name);
}
