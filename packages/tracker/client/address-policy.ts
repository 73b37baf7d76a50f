// Where a tracker's URL may lead: it comes from a stranger's torrent, and must not make us talk to what is reachable only
// from here (a router, a cloud's metadata, a database's HTTP port). Asked of each address that a name has when it is used,
// over HTTP and UDP alike: what a name meant before, or will mean later, does not count.

import type { AddressScope } from '@enjambre/metainfo';
import type { TrackerError } from '../errors.ts';

/** The end of the path that a tracker has and other services have not: as people write it, and as BEP 48 makes of it. */
export type TrackerPath = '/announce' | '/scrape';

/**
 * Public addresses always; loopback and private ones only at a tracker's path, and never by a redirect from a public host.
 * @param redirectedFrom where the host is that sent us there
 */
export function mayReach(
  url: URL,
  scope: AddressScope,
  path: TrackerPath,
  redirectedFrom: AddressScope | undefined,
): boolean {
  if (scope === 'public') return true;
  return redirectedFrom !== 'public' && url.pathname.endsWith(path);
}

export function addressRefused(): TrackerError {
  return { code: 'address-refused', message: 'leads to a private address, where only a path ending in /announce may' };
}
