export { type AnnouncedProgress, Announcer, type AnnouncerOptions } from './client/announcer.ts';
export type { DatagramNetwork } from './client/datagram-path.ts';
export { createHttpCaller } from './client/http-caller.ts';
export type { HttpAnswer, HttpGet, HttpRequest } from './client/http-get.ts';
export type { TrackerCaller, TrackerCallers } from './client/tracker-caller.ts';
export type { TrackerState, TrackerView } from './client/tracker-entry.ts';
export { createUdpCaller, type UdpCallerOptions } from './client/udp-caller.ts';
export { isTrackerError, type TrackerError } from './errors.ts';
export { createHttpGet, type HttpGetOptions } from './net/http-get.ts';
export {
  createTrackerServer,
  type RememberedPeer,
  type TrackerServer,
  type TrackerServerOptions,
} from './net/tracker-server.ts';
export { createUdpNetwork, type UdpNetworkOptions } from './net/udp-network.ts';
export { type AnnounceAnswer, parseAnnounceAnswer } from './protocol/announce-answer.ts';
export { type AnnounceEvent, type AnnounceRequest, announceUrl, scrapeUrl } from './protocol/announce-request.ts';
export { parseScrapeAnswer } from './protocol/scrape-answer.ts';
