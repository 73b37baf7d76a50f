// A network namespace with addresses that are not loopback's, for clients that never dial those. Invariant: nothing in it
// outlives its first process (a PID namespace of its own), and nothing in it reaches this machine's network or any other.

import { spawnSync } from 'node:child_process';

/** Of the range that is reserved for benchmarks (RFC 2544). */
export const OWN_HOSTS = { tracker: '198.18.0.1', seed: '198.18.0.2', leech: '198.18.0.3' } as const;

const UNSHARE = ['--user', '--map-root-user', '--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
const SETUP = [
  'ip link set lo up',
  ...Object.values(OWN_HOSTS).map((host) => `ip address add ${host}/32 dev lo`),
  'exec "$@"',
].join(' && ');

/** A command line that runs this one in such a network. */
export function inOwnNetwork(command: readonly string[]): { command: string; args: string[] } {
  return { command: 'unshare', args: [...UNSHARE, 'sh', '-c', SETUP, 'sh', ...command] };
}

/** A reason why this machine has none; false when it has. */
export function whyNoOwnNetwork(): string | false {
  const { command, args } = inOwnNetwork(['true']);
  return spawnSync(command, args, { stdio: 'ignore' }).status !== 0 && 'needs unshare, ip and user namespaces';
}
