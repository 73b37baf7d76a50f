import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as queries from './announce-query.ts';

const parseAnnounceQuery = (query: string) => queries.parseAnnounceQuery(Buffer.from(query, 'latin1'));
const parseScrapeQuery = (query: string) => queries.parseScrapeQuery(Buffer.from(query, 'latin1'));

const HASH = '%ff'.repeat(20);
const PEER_ID = 'p'.repeat(20);
const MINIMAL = `info_hash=${HASH}&peer_id=${PEER_ID}&port=6881`;

test('three fields are enough for an announce, and make a leecher', () => {
  const query = parseAnnounceQuery(MINIMAL);
  assert.ok(typeof query !== 'string');
  assert.deepEqual([query.port, query.leftBytes, query.compact, query.noPeerId], [6881, undefined, true, false]);
  assert.deepEqual([query.event, query.numWant, query.ip], [undefined, undefined, undefined]);
});

test('every wrong field is named', () => {
  const wrong: Readonly<Record<string, string>> = {
    info_hash: `info_hash=abc&peer_id=${PEER_ID}&port=1`,
    peer_id: `info_hash=${HASH}&peer_id=abc&port=1`,
    port: `info_hash=${HASH}&peer_id=${PEER_ID}&port=0`,
    'port must': `info_hash=${HASH}&peer_id=${PEER_ID}&port=65536`,
    left: `${MINIMAL}&left=-1`,
    uploaded: `${MINIMAL}&uploaded=1e9`,
    downloaded: `${MINIMAL}&downloaded=`,
    numwant: `${MINIMAL}&numwant=many`,
    'percent-encoded': `${MINIMAL}&key=%zz`,
  };
  for (const [name, query] of Object.entries(wrong)) {
    const outcome = parseAnnounceQuery(query);
    assert.ok(typeof outcome === 'string' && outcome.includes(name), `${name}: ${JSON.stringify(outcome)}`);
  }
});

test('numwant -1 means the default; unknown events are regular announces; a name as ip is ignored', () => {
  const query = parseAnnounceQuery(`${MINIMAL}&numwant=-1&event=paused&ip=router&compact=0&no_peer_id=1&left=00`);
  assert.ok(typeof query !== 'string');
  assert.deepEqual([query.numWant, query.event, query.ip], [undefined, undefined, undefined]);
  assert.deepEqual([query.compact, query.noPeerId, query.leftBytes], [false, true, 0]);
});

test('a scrape must name its swarms', () => {
  assert.equal(typeof parseScrapeQuery(''), 'string');
  assert.equal(typeof parseScrapeQuery('info_hash=abc'), 'string');
  assert.equal(parseScrapeQuery(`info_hash=${HASH}&info_hash=${PEER_ID}`).length, 2);
});

test('no query makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.webQueryParameters(), (text, query) => {
      parseAnnounceQuery(text);
      parseAnnounceQuery(`${MINIMAL}&${query}&${text}`);
      parseScrapeQuery(`${text}&${query}`);
    }),
  );
});
