// Bare HTTP servers of the same Node, each a process: what nobody who runs Node can go below.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Lab } from '../tests/interop/lab.ts';
import { memoryOf } from './process-meter.ts';

const SOURCE = `
const server = require('node:http').createServer((request, response) => response.end('OK'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
const TIMEOUT_MS = 120_000;

/** Starts so many at once and ends them. @returns until the last one answered, and the anonymous memory of one */
export async function runBareServers(count: number): Promise<{ wallMs: number; privateBytes: number }> {
  await using lab = await Lab.open();
  const script = path.join(lab.root, 'bare.cjs');
  await writeFile(script, SOURCE);
  const started = performance.now();
  const servers = Array.from({ length: count }, () => lab.start(process.execPath, [script]));
  await Promise.all(
    servers.map((server) =>
      server.until(
        'answer',
        async () => {
          const port = Number(server.output);
          // A question to nobody would cost time that theirs is compared with.
          return port === 0 ? undefined : (await fetch(`http://127.0.0.1:${port}`)).ok;
        },
        TIMEOUT_MS,
      ),
    ),
  );
  const wallMs = performance.now() - started;
  return { wallMs, privateBytes: (await memoryOf(servers[0].pid)).privateBytes };
}
