import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrackerError } from '../errors.ts';
import * as queries from './announce-query.ts';

const parseAnnounceQuery = (query: string) => queries.parseAnnounceQuery(Buffer.from(query, 'latin1'));
const parseScrapeQuery = (query: string) => queries.parseScrapeQuery(Buffer.from(query, 'latin1'));

import { type AnnounceRequest, announceUrl, scrapeUrl } from './announce-request.ts';

const request: AnnounceRequest = {
  infoHash: Uint8Array.from({ length: 20 }, (_, index) => index * 13),
  peerId: Buffer.from('-EJ0100-abcdefghijkl'),
  port: 6881,
  uploadedBytes: 1,
  downloadedBytes: 2,
  leftBytes: 3,
  event: 'started',
  numWant: 50,
  key: '0a1b2c3d',
  trackerId: undefined,
  announcedHost: undefined,
};

test('an announce is written as BEP 3 and 23 have it, byte by byte', () => {
  const url = announceUrl(new URL('http://tracker.example/announce'), request);
  assert.equal(
    url.href,
    'http://tracker.example/announce?info_hash=%00%0D%1A%274AN%5Bhu%82%8F%9C%A9%B6%C3%D0%DD%EA%F7' +
      '&peer_id=-EJ0100-abcdefghijkl&port=6881&uploaded=1&downloaded=2&left=3&compact=1&numwant=50&key=0a1b2c3d&event=started',
  );
});

test('a tracker’s own query stays in front, its id is echoed, a hostname is announced', () => {
  const full = { ...request, event: undefined, trackerId: Uint8Array.of(0, 255), announcedHost: 'peer.example' };
  const url = announceUrl(new URL('http://t/announce?passkey=a%20b#part'), full);
  assert.match(url.href, /^http:\/\/t\/announce\?passkey=a%20b&info_hash=.*&trackerid=%00%FF&ip=peer\.example$/);
  assert.ok(!url.href.includes('event='));
});

test('what we announce is what our tracker understands', () => {
  const url = announceUrl(new URL('http://t/announce'), { ...request, leftBytes: 0, announcedHost: '10.0.0.7' });
  const query = parseAnnounceQuery(url.search.slice(1));
  assert.ok(typeof query !== 'string');
  assert.deepEqual(Buffer.from(query.infoHash), Buffer.from(request.infoHash));
  assert.deepEqual(Buffer.from(query.peerId), Buffer.from(request.peerId));
  assert.deepEqual(
    [query.port, query.leftBytes, query.event, query.numWant, query.compact],
    [6881, 0, 'started', 50, true],
  );
  assert.deepEqual([...query.ip!], [10, 0, 0, 7]);
});

test('a scrape URL is made as BEP 48 says, or not at all', () => {
  const make = (text: string): string => {
    const url = scrapeUrl(new URL(text), [request.infoHash]);
    return isTrackerError(url) ? url.code : `${url.pathname}${url.search.slice(0, 15)}`;
  };
  assert.equal(make('http://t/announce'), '/scrape?info_hash=%00%');
  assert.equal(make('http://t/x/announce.php?k=1'), '/x/scrape.php?k=1&info_hash=');
  assert.equal(make('http://t/a'), 'scrape-unsupported');
  assert.equal(make('http://t/announce/x'), 'scrape-unsupported');
  const url = scrapeUrl(new URL('http://t/announce'), [request.infoHash, request.infoHash]);
  assert.ok(!isTrackerError(url));
  assert.equal(parseScrapeQuery(url.search.slice(1)).length, 2);
});
