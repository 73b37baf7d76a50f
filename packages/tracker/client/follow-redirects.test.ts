import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressScope } from '@enjambre/metainfo';
import { encodeBencode } from '@enjambre/metainfo';
import { isTrackerError, type TrackerError } from '../errors.ts';
import type { TrackerPath } from './address-policy.ts';
import { getFollowingRedirects } from './follow-redirects.ts';
import type { HttpAnswer, HttpRequest } from './http-get.ts';

const HOSTS: Readonly<Record<string, AddressScope>> = { inside: 'private', self: 'loopback', outside: 'public' };

/** A world of three hosts; `/to/HOST/PATH` redirects there, everything else answers with its own path. */
async function get(start: string, path: TrackerPath = '/announce'): Promise<string> {
  const visited: string[] = [];
  const http = async ({ url, mayReach }: HttpRequest): Promise<HttpAnswer | TrackerError> => {
    const scope = HOSTS[url.hostname];
    if (!mayReach(scope)) return { code: 'address-refused', message: url.hostname };
    visited.push(url.hostname);
    const [, target] = /^\/to\/(.*)/.exec(url.pathname + url.search) ?? [];
    const body = Buffer.from(url.pathname);
    if (target === undefined) return { status: 200, location: undefined, retryAfterMs: undefined, body, scope };
    const location = target.includes(':') ? target : `http://${target}`;
    return { status: 302, location, retryAfterMs: undefined, body: Buffer.from(''), scope };
  };
  const outcome = await getFollowingRedirects(http, {
    url: new URL(start),
    path,
    signal: new AbortController().signal,
  });
  return isTrackerError(outcome) ? `${outcome.code} after ${visited}` : `${Buffer.from(outcome)} from ${visited}`;
}

test('a public tracker may have any path, a private one must end in /announce', async () => {
  assert.equal(await get('http://outside/x'), '/x from outside');
  assert.equal(await get('http://self/k/announce?a=b'), '/k/announce from self');
  assert.equal(await get('http://inside/announce'), '/announce from inside');
  for (const url of [
    'http://inside/',
    'http://self/admin?x=/announce',
    'http://self/announce/',
    'http://self/announce.php',
  ]) {
    assert.equal(await get(url), 'address-refused after ');
  }
});

test('a scrape goes where the announce may, and to no other private path', async () => {
  assert.equal(await get('http://self/k/scrape', '/scrape'), '/k/scrape from self');
  assert.equal(await get('http://outside/scrape.php', '/scrape'), '/scrape.php from outside');
  for (const url of ['http://inside/scrape.php', 'http://self/scrape/x', 'http://outside/to/self/scrape']) {
    assert.match(await get(url, '/scrape'), /^address-refused/);
  }
  assert.equal(await get('http://self/scrape'), 'address-refused after ', 'nor does an announce go to a scrape’s');
});

test('redirects are followed, but never from a public host to a private one', async () => {
  assert.equal(await get('http://outside/to/outside/x'), '/x from outside,outside');
  assert.equal(await get('http://outside/to/self/announce'), 'address-refused after outside');
  assert.equal(await get('http://outside/to/outside/to/inside/announce'), 'address-refused after outside,outside');
});

test('a private tracker that redirects must lead to an announce path or outside', async () => {
  const http =
    (location: string, seen: string[]) =>
    async ({ url, mayReach }: HttpRequest): Promise<HttpAnswer | TrackerError> => {
      if (!mayReach(HOSTS[url.hostname])) return { code: 'address-refused', message: '' };
      seen.push(url.hostname);
      const status = seen.length === 1 ? 301 : 200;
      return { status, location, retryAfterMs: undefined, body: new Uint8Array(0), scope: HOSTS[url.hostname] };
    };
  for (const [location, hops] of [
    ['http://inside/announce', 2],
    ['http://inside/reboot', 1],
    ['http://outside/x', 2],
  ] as const) {
    const seen: string[] = [];
    const url = new URL('http://self/announce');
    await getFollowingRedirects(http(location, seen), { url, path: '/announce', signal: new AbortController().signal });
    assert.equal(seen.length, hops, location);
  }
});

test('a chain ends after three redirects, another scheme and a broken target at once', async () => {
  assert.equal(
    await get('http://outside/to/outside/to/outside/to/outside/x'),
    '/x from outside,outside,outside,outside',
  );
  const tooMany = 'http://outside/to/outside/to/outside/to/outside/to/outside/x';
  assert.equal(await get(tooMany), 'too-many-redirects after outside,outside,outside,outside');
  assert.equal(await get('http://outside/to/file:///etc/passwd'), 'unsupported-scheme after outside');
  assert.equal(await get('http://outside/to/http://:x'), 'bad-url after outside');
});

test('a refusal in an error page is shown, otherwise its status', async () => {
  const answer = (status: number, body: Uint8Array, retryAfterMs?: number) => async (): Promise<HttpAnswer> => ({
    ...{ status, body, retryAfterMs, location: undefined, scope: 'public' as const },
  });
  const { signal } = new AbortController();
  const asked = { url: new URL('http://outside/announce'), path: '/announce', signal } as const;
  const refusal = encodeBencode({ 'failure reason': 'who are you?' });
  assert.deepEqual(await getFollowingRedirects(answer(403, refusal), asked), {
    code: 'refused',
    message: 'who are you?',
  });
  for (const status of [204, 304, 404, 500, 503]) {
    const outcome = await getFollowingRedirects(answer(status, Buffer.from('<h1>')), asked);
    assert.deepEqual(outcome, { code: 'http-status', message: `HTTP status ${status}` });
  }
  const busy = await getFollowingRedirects(answer(503, Buffer.from(''), 60_000), asked);
  assert.deepEqual(busy, { code: 'http-status', message: 'HTTP status 503', retryAfterMs: 60_000 });
});
