// How all trackers are asked: HTTP, HTTPS and UDP, from the address that peers are to use, in turn.

import { parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import {
  createHttpCaller,
  createHttpGet,
  createUdpCaller,
  createUdpNetwork,
  type TrackerCallers,
} from '@enjambre/tracker';
import { AnnounceQueue } from './announce-queue.ts';

/** @param listenHost the address our peer connections are bound to; trackers are asked from there too. Undefined for all */
export function createTrackerCallers(
  listenHost: string | undefined,
  surroundings: { readonly clock: Clock; readonly random: Random },
): TrackerCallers {
  const from = { ...surroundings, localAddress: specificAddress(listenHost) };
  const http = createHttpCaller(createHttpGet(from), surroundings.clock);
  const udp = createUdpCaller({ ...from, network: createUdpNetwork(from) });
  return new AnnounceQueue(surroundings.clock).over({ 'http:': http, 'https:': http, 'udp:': udp });
}

/** An address that can be connected from: not a name, and not "any". */
function specificAddress(listenHost: string | undefined): string | undefined {
  const bytes = parseIpAddress(listenHost ?? '');
  return bytes?.some((byte) => byte !== 0) ? listenHost : undefined;
}
