// A registry of images on this network's loopback, empty, for one test.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../contract/free-port.ts';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import type { Engine } from '../engines/engine-lab.ts';
import { Lab } from '../interop/lab.ts';

export async function startRegistry(t: TestContext) {
  const surroundings = await Lab.open();
  const port = await freePort();
  const folder = join(temporaryFolder(t), 'registry');
  mkdirSync(folder);
  const config = join(folder, 'config.yml');
  const http = `http:\n  addr: 127.0.0.1:${port}\n`;
  writeFileSync(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\n${http}`);
  const program = surroundings.start('docker-registry', ['serve', config]);
  await program.until('listening', () => program.output.includes('listening on') || undefined, 10_000);
  return { port, [Symbol.asyncDispose]: () => surroundings[Symbol.asyncDispose]() };
}

/** An image to pull that nobody has and nothing is run from: pushing one of a hundred megabytes takes longer than the test. */
export function pushSmallImage(t: TestContext, engine: Engine, remote: string): void {
  const folder = temporaryFolder(t);
  const lines = ['FROM scratch', 'LABEL org.opencontainers.image.version=0.1.0', 'COPY Dockerfile /', ''];
  writeFileSync(join(folder, 'Dockerfile'), lines.join('\n'));
  engine.docker('build', '--quiet', `--tag=${remote}`, folder);
  engine.docker('push', '--quiet', remote);
  engine.docker('rmi', remote);
}
