// A client as it runs in any container, whoever steers the engine: its command line, its ports, what it is allowed. Pure.
// Invariant: a caller's wishes reach it as single arguments; its token is none of them.

import type { InstanceSpec } from '../driver.ts';

export const CONTROL_PORT = 9091;
export const PEER_PORT = 6881;
export const OVERLAY_PORT = 6000;
export const TOKEN_VARIABLE = 'ENJAMBRE_TOKEN';
/** Where its data lies, inside. */
export const DOWNLOADS = '/downloads';
/** The client promises to end within 5 s. */
export const STOP_GRACE_SECONDS = 10;
/** Node's own, and two for each core that hashes: far from a machine's limit, and no fork bomb. */
export const DEFAULT_PIDS = 256;

/** What holds for every client of this backend. */
export interface ClientPolicy {
  readonly fleet: string;
  /** Where no other is asked for. */
  readonly image: string;
  readonly network: string;
  /** `uid:gid` that clients run as. */
  readonly user: string;
  readonly memoryBytes: number | undefined;
  /** Of one core. */
  readonly cpus: number | undefined;
  readonly pids: number | undefined;
}

/** @param torrentPath inside */
export function clientCommand(spec: InstanceSpec, torrentPath: string): string[] {
  const { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up } = spec;
  return [
    'client',
    `--torrent-file=${torrentPath}`,
    `--archives=${DOWNLOADS}`,
    `--http-port=${CONTROL_PORT}`,
    '--http-host=0.0.0.0',
    `--listen-port=${PEER_PORT}`,
    `--discovery-mode=${spec.discoveryMode}`,
    // Also where it is off: it may be switched on.
    `--overlay-port=${OVERLAY_PORT}`,
    ...(spec.bootstrap === null ? [] : [`--bootstrap=${spec.bootstrap}`]),
    ...(down === undefined ? [] : [`--download-limit=${down}`]),
    ...(up === undefined ? [] : [`--upload-limit=${up}`]),
    ...spec.peers.map((peer) => `--peer=${peer}`),
  ];
}
