export { type AnnouncedProgress, Announcer, type AnnouncerOptions, MAX_TRACKERS } from './client/announcer.ts';
export type { DatagramNetwork } from './client/datagram-path.ts';
export { createHttpCaller } from './client/http-caller.ts';
export type { HttpAnswer, HttpGet, HttpRequest } from './client/http-get.ts';
export type { AnnounceQuestion, TrackerCaller, TrackerCallers } from './client/tracker-caller.ts';
export { type TrackerState, type TrackerView, viewUnasked } from './client/tracker-entry.ts';
export { createUdpCaller, type UdpCallerOptions } from './client/udp-caller.ts';
export { isTrackerError, type TrackerError } from './errors.ts';
export { createHttpGet, type HttpGetOptions } from './net/http-get.ts';
export {
  createTrackerServer,
  type TrackerServer,
  type TrackerServerOptions,
  type TrackerSet,
} from './net/tracker-server.ts';
export { createUdpNetwork, type UdpNetworkOptions } from './net/udp-network.ts';
export { type AnnounceAnswer, parseAnnounceAnswer } from './protocol/announce-answer.ts';
export {
  type AnnouncedHosts,
  type AnnounceEvent,
  type AnnounceRequest,
  announceUrl,
  scrapeUrl,
} from './protocol/announce-request.ts';
export { parseScrapeAnswer } from './protocol/scrape-answer.ts';
export { parseSecretRing, type SecretRing } from './replication/secret-ring.ts';
export { parseHashList } from './server/admitted-hashes.ts';
export type { Answer } from './server/answer.ts';
export type { HandOutOrder } from './server/hand-out.ts';
export { SnapshotError } from './server/snapshot.ts';
export type { TrackerFigures } from './server/tracker-figures.ts';
