// Ours, as people start it: the installed command.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunFile, Status } from '@enjambre/contract';
import { formatAddress } from '@enjambre/metainfo';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

export const ENJAMBRE = path.resolve(import.meta.dirname, '../../../node_modules/.bin/enjambre');

export const enjambre = withFlags('Enjambre', ['--log-level=debug']);

/**
 * @param flags for `enjambre client`, beside those that say what and where
 * @param env for its process, beside ours
 * @param command what stands before `client`
 */
export function withFlags(
  name: string,
  flags: readonly string[],
  env?: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]] = [ENJAMBRE],
): TestedClient {
  return {
    name,
    debianPackage: undefined,

    async start(options) {
      const { lab, role, torrent, folder, host, peers, others = [], maxConnections } = options;
      const { startTimeoutMs = START_TIMEOUT_MS } = options;
      const runFile = path.join(await lab.folder(`enjambre-${role}-${host}`), 'run.json');
      const addedAtMs = performance.now();
      const program = lab.start(
        command[0],
        [
          ...command.slice(1),
          'client',
          ...[torrent.file, ...others].map((file) => `--torrent-file=${file}`),
          `--archives=${folder}`,
          `--listen-host=${host}`,
          '--listen-port=0',
          '--http-port=auto',
          `--run-file=${runFile}`,
          ...peers.map((peer) => `--peer=${formatAddress(peer)}`),
          ...(maxConnections === undefined ? [] : [`--max-connections=${maxConnections}`]),
          ...flags,
        ],
        { env },
      );
      const ports = await program.until(
        'listen',
        async () => JSON.parse(await readFile(runFile, 'utf8')) as RunFile,
        startTimeoutMs,
      );
      const statusUrl = `http://127.0.0.1:${ports.httpPort}/status`;
      const complete = (timeoutMs: number) =>
        program.until(
          'complete',
          async () => {
            const answer = await fetch(statusUrl);
            const { state } = (await answer.json()) as Status;
            return state === 'completed' || undefined;
          },
          timeoutMs,
        );
      if (role === 'seed') await complete(startTimeoutMs);
      return {
        program,
        addedAtMs,
        statusUrl,
        question: { url: statusUrl },
        address: { host, port: ports.listenPort },
        complete: async (timeoutMs) => void (await complete(timeoutMs)),
      };
    },
  };
}
