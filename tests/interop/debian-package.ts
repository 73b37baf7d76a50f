// Which of the programs we are tested with this machine has.

import { spawnSync } from 'node:child_process';

/** A command that succeeds when the package is there. dpkg is not asked: other systems have the programs, too. */
const PROBES: Readonly<Record<string, string>> = {
  'python3-libtorrent': '/usr/bin/python3 -c "import libtorrent"',
  'transmission-daemon': 'command -v transmission-daemon',
  'transmission-cli': 'command -v transmission-create',
  'qbittorrent-nox': 'command -v qbittorrent-nox',
  aria2: 'command -v aria2c',
  rtorrent: 'command -v rtorrent',
  opentracker: 'command -v opentracker',
  mktorrent: 'command -v mktorrent',
  strace: 'command -v strace',
  'docker.io': 'command -v dockerd && command -v docker',
  iptables: 'command -v iptables',
  iproute2: 'command -v ip',
  'docker-compose': 'command -v docker-compose',
  haproxy: 'command -v haproxy',
  'docker-registry': 'command -v docker-registry',
};

const isThere = new Map<string, boolean>();

/**
 * Names the first of these packages that is not there, as a reason to skip; false when all are. Ours are undefined.
 */
export function whyNot(packages: readonly (string | undefined)[]): string | false {
  for (const name of packages) {
    if (name === undefined) continue;
    if (!isThere.has(name)) isThere.set(name, spawnSync('sh', ['-c', PROBES[name]], { stdio: 'ignore' }).status === 0);
    if (!isThere.get(name)) return `needs the Debian package ${name}`;
  }
  return false;
}
