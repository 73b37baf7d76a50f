// Who is compared, by the names of the tables, and which of them this machine lacks.

import { aria2 } from '../tests/interop/clients/aria2.ts';
import { libtorrent } from '../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../tests/interop/clients/qbittorrent.ts';
import { rtorrent } from '../tests/interop/clients/rtorrent.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { whyNot } from '../tests/interop/debian-package.ts';

const peers = [libtorrent, qbittorrent, transmission, aria2, rtorrent];

/** Debian's names of those that are not there. */
export function missingPeers(): string[] {
  return peers.flatMap(({ debianPackage }) => (whyNot([debianPackage]) ? [debianPackage ?? ''] : []));
}
