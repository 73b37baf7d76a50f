// A client with nothing to do yet, steered by its API; it can be started again with all that it remembers.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ClientErrorSchema, conforms } from '@enjambre/contract';
import { ClientApi } from './client-api.ts';
import { startClient } from './client-process.ts';
import { temporaryFolder } from './torrent-fixture.ts';

export async function emptyClient(t: TestContext, argv: readonly string[] = []) {
  const folder = temporaryFolder(t);
  const archives = join(folder, 'archives');
  const flags = [`--archives=${archives}`, `--state-dir=${join(folder, 'state')}`, ...argv];
  const start = async () => {
    const client = await startClient(t, flags);
    const stop = async () => {
      client.child.kill('SIGTERM');
      assert.equal((await client.ended).code, 0);
    };
    return { ...client, api: new ClientApi(client.httpPort), stop };
  };
  return { ...(await start()), folder, archives, start };
}

/** Status and code of an answer that refuses. */
export function refusal(answer: { body: unknown; status: number }): [status: number, code: string] {
  assert.ok(conforms(ClientErrorSchema, answer.body), JSON.stringify(answer.body));
  return [answer.status, answer.body.code];
}
