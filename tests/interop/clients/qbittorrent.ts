// qBittorrent 4 without its window, steered by its web API.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatAddress } from '@enjambre/metainfo';
import { freePort } from '../../contract/free-port.ts';
import { START_TIMEOUT_MS, type TestedClient } from './tested-client.ts';

/** States of a torrent that has it all. */
const COMPLETE_STATES = ['uploading', 'stalledUP', 'forcedUP', 'queuedUP'];

/** Everything that would reach out of the machine is off, the list of countries' addresses too. */
function configuration(host: string, port: number, webPort: number): string {
  return `[LegalNotice]
Accepted=true
[BitTorrent]
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\Port=${port}
Session\\Interface=lo
Session\\InterfaceName=lo
Session\\InterfaceAddress=${host}
Session\\MultiConnectionsPerIp=true
Session\\QueueingSystemEnabled=false
Session\\BTProtocol=TCP
Session\\Encryption=2
[Network]
PortForwardingEnabled=false
[Preferences]
Connection\\ResolvePeerCountries=false
Connection\\UPnP=false
General\\Locale=en
WebUI\\Address=127.0.0.1
WebUI\\Port=${webPort}
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
`;
}

async function call(url: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`qBittorrent: ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

export const qbittorrent: TestedClient = {
  name: 'qBittorrent',
  debianPackage: 'qbittorrent-nox',

  async start({ lab, role, torrent, folder, host, peers, others = [], again = false }) {
    const profile = await lab.folder(`qbittorrent-${role}`);
    const [port, webPort] = [await freePort(host), await freePort()];
    const settings = await lab.folder(path.join(`qbittorrent-${role}`, 'qBittorrent/config'));
    await writeFile(path.join(settings, 'qBittorrent.conf'), configuration(host, port, webPort));
    const program = lab.start('qbittorrent-nox', [`--profile=${profile}`, `--webui-port=${webPort}`], {
      // Without a locale it writes ñ as ?.
      env: { HOME: profile, XDG_CONFIG_HOME: profile, XDG_DATA_HOME: profile, LC_ALL: 'C.UTF-8' },
    });
    const api = `http://127.0.0.1:${webPort}/api/v2`;
    await program.until('answer', () => call(`${api}/app/version`), START_TIMEOUT_MS);

    const form = new FormData();
    for (const [index, file] of [torrent.file, ...others].entries()) {
      form.append('torrents', new Blob([await readFile(file)]), `${index}.torrent`);
    }
    form.set('savepath', folder);
    form.set('autoTMM', 'false');
    form.set('contentLayout', 'Original');
    const addedAtMs = performance.now();
    if (!again) await call(`${api}/torrents/add`, { method: 'POST', body: form });
    const allAre = async (isWanted: (state: string) => boolean): Promise<true | undefined> => {
      const torrents = (await (await call(`${api}/torrents/info`)).json()) as { state: string }[];
      return (torrents.length === 1 + others.length && torrents.every(({ state }) => isWanted(state))) || undefined;
    };
    const complete = (timeoutMs: number) =>
      program.until('complete', () => allAre((state) => COMPLETE_STATES.includes(state)), timeoutMs);
    await program.until('add the torrents', () => allAre(() => true), START_TIMEOUT_MS);
    if (role === 'seed') await complete(START_TIMEOUT_MS);
    if (peers.length > 0) {
      const body = new URLSearchParams({ hashes: torrent.infoHash, peers: peers.map(formatAddress).join('|') });
      await program.until(
        'take the peer',
        async () => (await fetch(`${api}/torrents/addPeers`, { method: 'POST', body })).ok || undefined,
        START_TIMEOUT_MS,
      );
    }
    return {
      program,
      addedAtMs,
      address: { host, port },
      question: { url: `${api}/torrents/info` },
      complete: async (timeoutMs) => void (await complete(timeoutMs)),
    };
  },
};
