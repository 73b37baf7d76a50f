// The floors as contestants: they stand in the tables like clients.

import path from 'node:path';
import type { TestedClient } from '../../tests/interop/clients/tested-client.ts';

const folder = import.meta.dirname;

/** It keeps nothing: what it needs a folder for is nothing. */
export const droppingFloor = floor('floor: receives, drops', 'dropping-leecher.ts');
export const writingFloor = floor('floor: receives, hashes, writes', 'writing-leecher.ts');

function floor(name: string, script: string): TestedClient {
  return {
    name,
    debianPackage: undefined,

    async start({ lab, torrent, folder: into, host, peers: [seed] }) {
      const addedAtMs = performance.now();
      const place = [seed.host, String(seed.port), host, path.join(into, 'data.bin')];
      const program = lab.start(process.execPath, [path.join(folder, script), torrent.file, ...place]);
      const said = () => program.output.includes('"complete"') || undefined;
      return {
        program,
        addedAtMs,
        address: { host, port: 0 },
        complete: async (timeoutMs) => void (await program.until('complete', said, timeoutMs)),
      };
    },
  };
}
