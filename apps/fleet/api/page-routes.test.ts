import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeServer } from './bare-server.ts';
import { answerUnknown } from './error-answers.ts';
import { pageRoutes } from './page-routes.ts';

test('a browser keeps files whose name holds a hash, and nothing of what is not there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'assets'));
  for (const name of ['index.html', 'mark.svg', 'assets/index-1a2b.js']) writeFileSync(join(folder, name), name);
  const server = makeServer();
  const refuseUnknown = answerUnknown(() => []);
  server.setNotFoundHandler(refuseUnknown);
  await pageRoutes(server, folder, refuseUnknown);
  for (const [url, status, caching] of [
    ['/', 200, 'no-cache'],
    ['/containers/0', 200, 'no-cache'],
    ['/mark.svg', 200, 'no-cache'],
    ['/assets/index-1a2b.js', 200, 'public, max-age=31536000, immutable'],
    // Of the build before, or of the one that is just made.
    ['/assets/index-3c4d.js', 404, 'no-cache'],
    ['/nothing.js', 404, 'no-cache'],
  ] as const) {
    const { statusCode, headers } = await server.inject({ url });
    assert.deepEqual([statusCode, headers['cache-control']], [status, caching], url);
  }
});
