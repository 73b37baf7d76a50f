// Which port peers reach us on: the one that was asked for, or the first free one from the default on.

import { StartError } from './errors.ts';

/** How many ports above the default are tried: enough for every client a host can carry. */
const TRIED_PORTS = 100;

/** What the system says of an address that is not this machine's, as opposed to a port. */
const NOT_OUR_ADDRESS = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * @param listen binds a port (0: any free) and gives it as bound; rejects with code EADDRINUSE when it is taken
 * @param isDefault nobody asked for that very port
 * @throws StartError
 */
export async function bindListenPort(
  listen: (port: number) => Promise<number>,
  port: number,
  isDefault: boolean,
): Promise<number> {
  const last = isDefault ? port + TRIED_PORTS : port;
  for (let candidate = port; ; candidate++) {
    try {
      return await listen(candidate);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') {
        const flag = NOT_OUR_ADDRESS.has(code ?? '') ? '--listen-host' : `--listen-port ${candidate}`;
        throw new StartError('cannot-listen', `${flag}: ${message}`, { cause: error });
      }
      if (candidate < last) continue;
      const ports = isDefault ? `ports ${port} to ${last} are all` : `port ${port} is`;
      throw new StartError('port-taken', `--listen-port: ${ports} in use`, { cause: error });
    }
  }
}
