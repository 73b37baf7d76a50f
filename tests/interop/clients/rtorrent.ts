// rtorrent 0.9 without its screen, steered by XML-RPC over its local socket. It keeps one peer an address.

import { copyFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { formatAddress } from '@enjambre/metainfo';
import { freePort } from '../../contract/free-port.ts';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

function configuration(home: string, folder: string, host: string, port: number): string {
  return `system.daemon.set = true
directory.default.set = ${folder}
session.path.set = ${home}
network.bind_address.set = ${host}
network.local_address.set = ${host}
network.port_range.set = ${port}-${port}
network.port_random.set = no
network.port_open.set = yes
network.scgi.open_local = ${home}/rpc
dht.mode.set = disable
protocol.pex.set = no
trackers.use_udp.set = yes
protocol.encryption.set = none
pieces.hash.on_completion.set = yes
load.start = ${home}/x.torrent
`;
}

/** The text of the answer's only value. */
async function call(socket: string, method: string, ...strings: readonly string[]): Promise<string> {
  const params = strings.map((value) => `<param><value><string>${value}</string></value></param>`).join('');
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
  const header = `CONTENT_LENGTH\0${body.length}\0SCGI\x001\0`;
  const stream = connect(socket);
  stream.write(`${header.length}:${header},${body}`);
  const answer = await text(stream);
  const value = answer.match(/<value><\w+>(.*)<\/\w+><\/value>/s)?.[1];
  if (value === undefined || answer.includes('<fault>')) throw new Error(`rtorrent: ${method}: ${answer}`);
  return value;
}

export const rtorrent: TestedClient = {
  name: 'rtorrent',
  debianPackage: 'rtorrent',

  async start({ lab, role, torrent, folder, host, peers }) {
    const home = await lab.folder(`rtorrent-${role}`);
    const port = await freePort(host);
    const file = path.join(home, 'rtorrent.rc');
    await copyFile(torrent.file, path.join(home, 'x.torrent'));
    await writeFile(file, configuration(home, folder, host, port));
    const addedAtMs = performance.now();
    const program = lab.start('rtorrent', ['-n', '-o', `import=${file}`], { env: { HOME: home } });
    const socket = path.join(home, 'rpc');
    const hash = torrent.infoHash.toUpperCase();
    const isSet = async (method: string, wanted: '0' | '1') =>
      (await call(socket, method, hash)) === wanted || undefined;
    const complete = (timeoutMs: number) => program.until('complete', () => isSet('d.complete', '1'), timeoutMs);
    await program.until('start the torrent', () => isSet('d.is_active', '1'), START_TIMEOUT_MS);
    if (role === 'seed') await complete(START_TIMEOUT_MS);
    for (const peer of peers) await call(socket, 'add_peer', hash, formatAddress(peer));
    return {
      program,
      addedAtMs,
      address: { host, port },
      complete: async (timeoutMs) => void (await complete(timeoutMs)),
    };
  },
};
