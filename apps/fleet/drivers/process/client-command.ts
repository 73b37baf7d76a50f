// The command line and environment of a client process. Invariant: secrets go by env, never by argv, which all can read.

import { dirname, join } from 'node:path';
import type { InstanceSpec } from '../driver.ts';

export interface ClientProgram {
  /** The program and what comes before the client's own arguments. */
  readonly command: readonly string[];
  /** The backend's own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The address of its peer connections; undefined for all. */
  readonly listenHost: string | undefined;
  /** Where compiled code is kept, so that the next client starts sooner. */
  readonly codeCache: string;
}

/** The argument that only this instance's process has. */
export function runFileArgument(runFile: string): string {
  return `--run-file=${runFile}`;
}

export function clientArguments(program: ClientProgram, spec: InstanceSpec, runFile: string): string[] {
  const { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up } = spec;
  return [
    ...program.command.slice(1),
    'client',
    `--torrent-file=${spec.torrentPath}`,
    `--archives=${spec.folder}`,
    '--http-port=auto',
    '--listen-port=0',
    runFileArgument(runFile),
    // Its own: several containers may share a folder of downloads, where each would find the others' torrents.
    `--state-dir=${join(dirname(runFile), 'state')}`,
    `--discovery-mode=${spec.discoveryMode}`,
    // Also where it is off: it may be switched on.
    `--overlay-port=${spec.overlayPort ?? 0}`,
    ...(spec.bootstrap === null ? [] : [`--bootstrap=${spec.bootstrap}`]),
    ...(program.listenHost === undefined ? [] : [`--listen-host=${program.listenHost}`]),
    ...(down === undefined ? [] : [`--download-limit=${down}`]),
    ...(up === undefined ? [] : [`--upload-limit=${up}`]),
    ...spec.peers.map((peer) => `--peer=${peer}`),
  ];
}

/** Ours without what configures us: ENJAMBRE_PORT is the backend's, not the client's. */
export function clientEnvironment({ env, codeCache }: ClientProgram, token: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith('ENJAMBRE_'));
  return { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: codeCache, ENJAMBRE_TOKEN: token };
}
