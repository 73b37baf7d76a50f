// The trackers that are compared, each started on one core of its own.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tests/contract/free-port.ts';
import { ENJAMBRE } from '../../tests/interop/clients/enjambre.ts';
import { whyNot } from '../../tests/interop/debian-package.ts';
import type { Lab } from '../../tests/interop/lab.ts';
import type { Program } from '../../tests/interop/program.ts';
import { opentracker as stockOpentracker } from '../../tests/interop/trackers/opentracker.ts';
import { infoHashOf, SWARMS } from './questions.ts';

/** The tracker's core, and the one from which it is asked. */
export const CORES = { tracker: '0', load: '1' } as const;
const BARE = fileURLToPath(import.meta.resolve('./bare.ts'));
const NPM_TRACKER = fileURLToPath(import.meta.resolve('../bittorrent-tracker/bittorrent-tracker-server.mjs'));
/** Of a set on this machine alone. */
const SECRET = '5a'.repeat(32);

export interface Server {
  readonly name: string;
  readonly skip: string | false;
  readonly kinds: readonly ('udp' | 'http')[];
  /** Starts it on `CORES.tracker`. */
  start(lab: Lab, host: string, port: number): Promise<Program>;
}

export const servers: readonly Server[] = [
  {
    name: 'bare Node',
    skip: false,
    kinds: ['udp', 'http'],
    start: async (lab, host, port) =>
      lab.start('taskset', ['-c', CORES.tracker, process.execPath, BARE, host, String(port)]),
  },
  {
    name: 'Enjambre',
    skip: false,
    kinds: ['udp', 'http'],
    start: async (lab, host, port) => startEnjambre(lab, CORES.tracker, host, port),
  },
  { name: 'Enjambre, of three', skip: false, kinds: ['udp'], start: startSet },
  {
    name: 'opentracker',
    skip: whyNot([stockOpentracker.debianPackage]),
    kinds: ['udp'],
    async start(lab, host, port) {
      const infoHash = Array.from({ length: SWARMS }, (_, swarm) => infoHashOf(swarm).toString('hex')).join('\n');
      const program = await stockOpentracker.start({ lab, host, port, infoHash });
      // It has one thread for answers, and has just begun.
      lab.start('taskset', ['-a', '-c', '-p', CORES.tracker, String(program.pid)]);
      return program;
    },
  },
  {
    name: 'bittorrent-tracker',
    skip: existsSync(path.join(path.dirname(NPM_TRACKER), 'node_modules'))
      ? false
      : 'bench/install-peers.sh installs it',
    kinds: ['http'],
    start: async (lab, host, port) =>
      lab.start('taskset', ['-c', CORES.tracker, process.execPath, NPM_TRACKER, host, String(port)]),
  },
];

export function startEnjambre(lab: Lab, core: string, host: string, port: number, ...flags: string[]): Program {
  const command = [ENJAMBRE, 'tracker', `--host=${host}`, `--port=${port}`, ...flags];
  return lab.start('taskset', ['-c', core, ...command], { env: { ENJAMBRE_TRACKER_SECRET: SECRET } });
}

/** The one that is asked; the two others of its set are beside whoever asks. */
async function startSet(lab: Lab, host: string, port: number): Promise<Program> {
  const others = [await freePort(host), await freePort(host)];
  const join = `--join=${[port, ...others].map((one) => `${host}:${one}`).join(',')}`;
  for (const other of others) startEnjambre(lab, CORES.load, host, other, join);
  return startEnjambre(lab, CORES.tracker, host, port, join);
}
