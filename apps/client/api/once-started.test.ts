import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, router, textAnswer } from '@enjambre/http';
import { onceStarted } from './once-started.ts';

test('until the client has started what is read is answered and what changes something waits', async () => {
  const handled: string[] = [];
  const route = (method: string, changes: boolean): Route => ({
    methods: [method],
    changes,
    handle({ params }) {
      handled.push(`${method} ${params.name}`);
      return textAnswer('done');
    },
  });
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const table = { '/x/:name': [route('GET', false), route('POST', true)], '/y/:name': route('DELETE', true) };
  const answer = router(onceStarted(table, started), { allowedHosts: [], token: undefined });
  const ask = (method: string, url: string) => answer({ method, url, headers: { host: 'localhost' } });
  const changes = [ask('POST', '/x/sent'), ask('DELETE', '/y/removed')];
  assert.equal((await ask('GET', '/x/read')).status, 200);
  assert.deepEqual(handled, ['GET read']);
  start();
  assert.deepEqual(
    (await Promise.all(changes)).map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual(handled, ['GET read', 'POST sent', 'DELETE removed']);
});
