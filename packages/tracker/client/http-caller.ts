// Trackers over HTTP and HTTPS (BEP 3, 7, 23, 24, 31, 48).

import type { Clock } from '@enjambre/runtime';
import { isTrackerError } from '../errors.ts';
import { parseAnnounceAnswer } from '../protocol/announce-answer.ts';
import { announceUrl, scrapeUrl } from '../protocol/announce-request.ts';
import { parseScrapeAnswer } from '../protocol/scrape-answer.ts';
import { announceOnBoth } from './both-families.ts';
import { getFollowingRedirects } from './follow-redirects.ts';
import type { HttpGet } from './http-get.ts';
import type { TrackerCaller } from './tracker-caller.ts';

export function createHttpCaller(http: HttpGet, clock: Clock): TrackerCaller {
  return {
    announce(url, { announcedHosts, ...question }, signal) {
      return announceOnBoth(clock, async (family) => {
        const announcedHost = family === 4 ? announcedHosts.v4 : announcedHosts.v6;
        const target = announceUrl(url, { ...question, announcedHost });
        const body = await getFollowingRedirects(http, { url: target, path: '/announce', family, signal });
        return isTrackerError(body) ? body : parseAnnounceAnswer(body);
      });
    },
    async scrape(url, infoHashes, signal) {
      const target = scrapeUrl(url, infoHashes);
      if (!(target instanceof URL)) return target;
      const body = await getFollowingRedirects(http, { url: target, path: '/scrape', signal });
      return isTrackerError(body) ? body : parseScrapeAnswer(body);
    },
  };
}
