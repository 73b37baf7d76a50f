// Trackers over HTTP and HTTPS (BEP 3, 7, 23, 24, 31, 48).

import { isTrackerError } from '../errors.ts';
import { parseAnnounceAnswer } from '../protocol/announce-answer.ts';
import { announceUrl, scrapeUrl } from '../protocol/announce-request.ts';
import { parseScrapeAnswer } from '../protocol/scrape-answer.ts';
import { getFollowingRedirects } from './follow-redirects.ts';
import type { HttpGet } from './http-get.ts';
import type { TrackerCaller } from './tracker-caller.ts';

export function createHttpCaller(http: HttpGet): TrackerCaller {
  return {
    async announce(url, request, signal) {
      const body = await getFollowingRedirects(http, announceUrl(url, request), signal);
      return isTrackerError(body) ? body : parseAnnounceAnswer(body);
    },
    async scrape(url, infoHashes, signal) {
      const scrape = scrapeUrl(url, infoHashes);
      if (!(scrape instanceof URL)) return scrape;
      const body = await getFollowingRedirects(http, scrape, signal);
      return isTrackerError(body) ? body : parseScrapeAnswer(body);
    },
  };
}
