// WebTorrent 3 in Node, by a script of ours; `bench/install-peers.sh` puts it into this folder.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatAddress } from '@enjambre/metainfo';
import { START_TIMEOUT_MS, type TestedClient } from '../../tests/interop/clients/tested-client.ts';

const SCRIPT = fileURLToPath(import.meta.resolve('./webtorrent-peer.mjs'));

export function isWebTorrentThere(): boolean {
  return existsSync(path.join(import.meta.dirname, 'node_modules/webtorrent'));
}

export const webtorrent: TestedClient = {
  name: 'WebTorrent',
  debianPackage: undefined,

  async start({ lab, role, torrent, folder, host, peers }) {
    const addedAtMs = performance.now();
    const program = lab.start(process.execPath, [SCRIPT, torrent.file, folder, host, ...peers.map(formatAddress)]);
    const said = (event: RegExp) => () => program.output.match(event) ?? undefined;
    const [, port] = await program.until('listen', said(/"listening","port":(\d+)/), START_TIMEOUT_MS);
    const complete = (timeoutMs: number) => program.until('complete', said(/"complete"/), timeoutMs);
    if (role === 'seed') await complete(START_TIMEOUT_MS);
    return {
      program,
      addedAtMs,
      address: { host, port: Number(port) },
      complete: async (timeoutMs) => void (await complete(timeoutMs)),
    };
  },
};
