// A registry of images on this network's loopback, empty, for one test.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import { Lab } from '../interop/lab.ts';

export async function startRegistry(t: TestContext) {
  const surroundings = await Lab.open();
  const port = await surroundings.freePort('127.0.0.1');
  const folder = join(temporaryFolder(t), 'registry');
  mkdirSync(folder);
  const config = join(folder, 'config.yml');
  const http = `http:\n  addr: 127.0.0.1:${port}\n`;
  writeFileSync(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\n${http}`);
  const program = surroundings.start('docker-registry', ['serve', config]);
  await program.until('listening', () => program.output.includes('listening on') || undefined, 10_000);
  return { port, [Symbol.asyncDispose]: () => surroundings[Symbol.asyncDispose]() };
}
