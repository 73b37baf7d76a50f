// A network namespace with addresses that are not loopback's, for clients that never dial those. Invariant: nothing in it
// outlives its first process (a PID namespace of its own), and nothing in it reaches this machine's network or any other.

import { spawnSync } from 'node:child_process';

/** Of the range that is reserved for benchmarks (RFC 2544). */
export const OWN_HOSTS = { tracker: '198.18.0.1', seed: '198.18.0.2', leech: '198.18.0.3' } as const;

const UNSHARE = ['--user', '--map-root-user', '--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
interface OwnNetwork {
  /** Addresses that it has besides loopback's. */
  readonly hosts?: readonly string[];
  /** A file in the form of /etc/hosts: the names that there are in it. Undefined: this machine's. */
  readonly names?: string;
}

/** A command line that runs this one in such a network. */
export function inOwnNetwork(
  command: readonly string[],
  { hosts = Object.values(OWN_HOSTS), names }: OwnNetwork = {},
): { command: string; args: string[] } {
  const setUp = [
    'ip link set lo up',
    // Without a wait for neighbours who might have the same: there are none.
    ...hosts
      .map((host) => (host.includes(':') ? `${host}/128 dev lo nodad` : `${host}/32 dev lo`))
      .map((host) => `ip address add ${host}`),
    ...(names === undefined ? [] : [`mount --bind '${names}' /etc/hosts`]),
    'exec "$@"',
  ].join(' && ');
  return { command: 'unshare', args: [...UNSHARE, 'sh', '-c', setUp, 'sh', ...command] };
}

/** A reason why this machine has none; false when it has. */
export function whyNoOwnNetwork(): string | false {
  const { command, args } = inOwnNetwork(['true'], { hosts: ['198.18.0.1', '2001:db8::1'] });
  return spawnSync(command, args, { stdio: 'ignore' }).status !== 0 && 'needs unshare, ip and user namespaces';
}
