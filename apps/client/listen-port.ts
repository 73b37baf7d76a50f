// Which port others reach us on: the one that was asked for, or the first free one from the default on.

import { StartError } from './errors.ts';

/** How many ports above the default are tried: enough for every client a host can carry. */
const TRIED_PORTS = 100;

/** What the system says of an address that is not this machine's, as opposed to a port. */
const NOT_OUR_ADDRESS = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * @param listen binds a port (0: any free) and gives it, or what listens there; rejects with code EADDRINUSE when it is taken
 * @param isDefault nobody asked for that very port
 * @param flag that asks for it
 * @throws StartError
 */
export async function bindListenPort<T>(
  listen: (port: number) => Promise<T>,
  port: number,
  isDefault: boolean,
  flag = '--listen-port',
): Promise<T> {
  const last = isDefault ? port + TRIED_PORTS : port;
  for (let candidate = port; ; candidate++) {
    try {
      return await listen(candidate);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') {
        const blamed = NOT_OUR_ADDRESS.has(code ?? '') ? '--listen-host' : `${flag} ${candidate}`;
        throw new StartError('cannot-listen', `${blamed}: ${message}`, { cause: error });
      }
      if (candidate < last) continue;
      const ports = isDefault ? `ports ${port} to ${last} are all` : `port ${port} is`;
      throw new StartError('port-taken', `${flag}: ${ports} in use`, { cause: error });
    }
  }
}
