// Transmission 3. It never dials loopback addresses: start it first and let the other side dial.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../contract/free-port.ts';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

const SESSION_HEADER = 'X-Transmission-Session-Id';
/** `status` of a torrent that seeds. */
const SEEDING = 6;
const PROGRESS = { fields: ['percentDone', 'status'] };

type Values = Readonly<Record<string, unknown>>;

/** A call of Transmission's RPC; the first answer is 409 with the session id to call with. */
async function prepareCall(url: string, method: string, given: Values) {
  const body = JSON.stringify({ method, arguments: given });
  const first = await fetch(url, { method: 'POST', body });
  await first.body?.cancel();
  return { method: 'POST', body, headers: { [SESSION_HEADER]: first.headers.get(SESSION_HEADER) ?? '' } };
}

async function call(url: string, method: string, given: Values): Promise<Values> {
  const answer = await fetch(url, await prepareCall(url, method, given));
  const { result, arguments: values } = (await answer.json()) as { result: string; arguments: Values };
  if (result !== 'success') throw new Error(`transmission: ${method}: ${result}`);
  return values;
}

export const transmission: TestedClient = {
  name: 'Transmission',
  debianPackage: 'transmission-daemon',

  async start({ lab, role, torrent, folder, host, others = [], again = false, maxConnections = 200 }) {
    const home = await lab.folder(`transmission-${role}`);
    const [port, rpcPort] = [await freePort(host), await freePort()];
    const settings = {
      'bind-address-ipv4': host,
      'bind-address-ipv6': '::1',
      'rpc-bind-address': '127.0.0.1',
      'rpc-port': rpcPort,
      'rpc-whitelist': '127.0.0.1',
      'rpc-authentication-required': false,
      'dht-enabled': false,
      'lpd-enabled': false,
      'pex-enabled': false,
      'utp-enabled': false,
      'port-forwarding-enabled': false,
      'peer-port': port,
      'peer-port-random-on-start': false,
      'download-dir': folder,
      encryption: 0,
      'rename-partial-files': false,
      'peer-limit-global': maxConnections,
      'peer-limit-per-torrent': maxConnections,
    };
    await writeFile(path.join(home, 'settings.json'), JSON.stringify(settings));
    const program = lab.start('transmission-daemon', ['--foreground', '--config-dir', home]);
    const url = `http://127.0.0.1:${rpcPort}/transmission/rpc`;
    await program.until('answer', () => call(url, 'session-get', {}), START_TIMEOUT_MS);
    const files = again ? [] : [torrent.file, ...others];
    const metainfos = await Promise.all(files.map(async (file) => (await readFile(file)).toString('base64')));
    const addedAtMs = performance.now();
    for (const metainfo of metainfos) await call(url, 'torrent-add', { metainfo, 'download-dir': folder });
    if (role === 'seed' && !again) await call(url, 'torrent-verify', {});
    const complete = (timeoutMs: number) =>
      program.until(
        'complete',
        async () => {
          const { torrents } = await call(url, 'torrent-get', PROGRESS);
          const states = torrents as { percentDone: number; status: number }[];
          const isSeed = states.every(({ percentDone, status }) => percentDone === 1 && status === SEEDING);
          return (states.length === 1 + others.length && isSeed) || undefined;
        },
        timeoutMs,
      );
    if (role === 'seed') await complete(START_TIMEOUT_MS);
    return {
      program,
      addedAtMs,
      address: { host, port },
      question: { url, init: await prepareCall(url, 'torrent-get', PROGRESS) },
      complete: async (timeoutMs) => void (await complete(timeoutMs)),
    };
  },
};
