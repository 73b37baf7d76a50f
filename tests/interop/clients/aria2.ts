// aria2. It knows no way to be told of a peer: start it first and let the other side dial, or use a tracker.

import { freePort } from '../../contract/free-port.ts';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

interface Download {
  readonly verifyIntegrityPending?: string;
  readonly verifiedLength?: string;
  readonly seeder: string;
}

const TELL_ACTIVE = {
  method: 'POST',
  body: JSON.stringify({ jsonrpc: '2.0', id: '1', method: 'aria2.tellActive', params: [] }),
};

/** While it checks files it may have none that is active. */
async function activeDownloads(url: string): Promise<Download[]> {
  const answer = (await (await fetch(url, TELL_ACTIVE)).json()) as { result: Download[] };
  return answer.result;
}

export const aria2: TestedClient = {
  name: 'aria2',
  debianPackage: 'aria2',

  async start({ lab, role, torrent, folder, host, others = [], maxConnections }) {
    const [port, rpcPort] = [await freePort(host), await freePort()];
    const addedAtMs = performance.now();
    const program = lab.start('aria2c', [
      '--no-conf=true',
      `--interface=${host}`,
      `--listen-port=${port}`,
      `--dir=${folder}`,
      '--enable-rpc=true',
      `--rpc-listen-port=${rpcPort}`,
      '--enable-dht=false',
      '--enable-dht6=false',
      '--bt-enable-lpd=false',
      '--enable-peer-exchange=false',
      '--disable-ipv6=true',
      '--async-dns=false',
      '--file-allocation=none',
      '--bt-min-crypto-level=plain',
      '--bt-tracker-interval=3',
      // Seed until stopped, and only what was verified.
      '--seed-ratio=0.0',
      '--check-integrity=true',
      '--bt-hash-check-seed=true',
      '--allow-overwrite=true',
      '--summary-interval=0',
      `--max-concurrent-downloads=${1 + others.length}`,
      ...(maxConnections === undefined ? [] : [`--bt-max-peers=${maxConnections}`]),
      torrent.file,
      ...others,
    ]);
    const url = `http://127.0.0.1:${rpcPort}/jsonrpc`;
    const complete = (timeoutMs: number) =>
      program.until(
        'complete',
        async () => {
          const downloads = await activeDownloads(url);
          // While it hashes, it tells of what it has hashed so far.
          const isVerified = (one: Download) =>
            one.verifiedLength === undefined && one.verifyIntegrityPending === undefined && one.seeder === 'true';
          return (downloads.length === 1 + others.length && downloads.every(isVerified)) || undefined;
        },
        timeoutMs,
      );
    if (role === 'seed') await complete(START_TIMEOUT_MS);
    else
      await program.until('start', async () => (await activeDownloads(url)).length > 0 || undefined, START_TIMEOUT_MS);
    return {
      program,
      addedAtMs,
      address: { host, port },
      question: { url, init: TELL_ACTIVE },
      complete: async (timeoutMs) => void (await complete(timeoutMs)),
    };
  },
};
