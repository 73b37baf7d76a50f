// Where a tracker's URL may lead: it comes from a stranger's torrent, and must not make us talk to what is reachable only
// from here (a router, a cloud's metadata, a database's HTTP port).

import type { AddressScope } from '@enjambre/metainfo';

/**
 * Public addresses always; loopback and private ones only at a path that a tracker has and other services have not, and
 * never by a redirect from a public host.
 * @param redirectedFrom where the host is that sent us there
 */
export function mayReach(url: URL, scope: AddressScope, redirectedFrom: AddressScope | undefined): boolean {
  if (scope === 'public') return true;
  return redirectedFrom !== 'public' && url.pathname.endsWith('/announce');
}
