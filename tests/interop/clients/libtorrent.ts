// libtorrent (rasterbar) 2, the engine of qBittorrent and Deluge, through a script of ours.

import path from 'node:path';
import { formatAddress } from '@enjambre/metainfo';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

const SCRIPT = path.resolve(import.meta.dirname, '../peers/libtorrent-peer.py');
/** Debian's own: another Python on the path does not have the module. */
const PYTHON = '/usr/bin/python3';

/** For the best rate: more threads and longer queues than it takes by itself. */
const TUNED = {
  max_queued_disk_bytes: 64 * 2 ** 20,
  aio_threads: 4,
  hashing_threads: 2,
  send_buffer_watermark: 3 * 2 ** 20,
};

export const libtorrent = withSettings('libtorrent', {});
export const libtorrentTuned = withSettings('libtorrent tuned', TUNED);

/** @param settings the session's, by libtorrent's names */
function withSettings(name: string, settings: Readonly<Record<string, number>>): TestedClient {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  return {
    name,
    debianPackage: 'python3-libtorrent',

    async start({ lab, role, torrent, folder, host, peers, others = [], maxConnections }) {
      const introduced = peers.flatMap((peer) => ['--peer', formatAddress(peer)]);
      const addedAtMs = performance.now();
      const program = lab.start(
        PYTHON,
        [
          ...[SCRIPT, '--folder', folder, '--host', host, ...introduced, ...set],
          ...[torrent.file, ...others].flatMap((file) => ['--torrent', file]),
          ...(maxConnections === undefined ? [] : ['--set', `connections_limit=${maxConnections}`]),
        ],
        { hasInput: true },
      );
      const complete = (timeoutMs: number) =>
        program.until('complete', () => program.output.includes('"event": "complete"') || undefined, timeoutMs);
      const port = await program.until(
        'listen',
        () => program.output.match(/"event": "listening", "port": (\d+)/)?.[1],
        START_TIMEOUT_MS,
      );
      if (role === 'seed') await complete(START_TIMEOUT_MS);
      return {
        program,
        addedAtMs,
        address: { host, port: Number(port) },
        dial: (peer) => program.write(`${formatAddress(peer)}\n`),
        complete: async (timeoutMs) => void (await complete(timeoutMs)),
      };
    },
  };
}
