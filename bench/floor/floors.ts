// The floors as contestants: they stand in the tables like clients, and start as quickly: compiled beforehand.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { START_TIMEOUT_MS, type TestedClient } from '../../tests/interop/clients/tested-client.ts';
import type { Program } from '../../tests/interop/program.ts';
import { builtEnvironment } from '../built-client.ts';

/** Of a torrent of one file, which is all that floors know. */
export const FLOOR_FILE = 'data.bin';

export const droppingFloor = leechingFloor('floor: drops', import.meta.resolve('./dropping-leecher.ts'));
export const writingFloor = leechingFloor('floor: hashes and writes', import.meta.resolve('./writing-leecher.ts'));

const passing = leechingFloor('floor: passes on', import.meta.resolve('./passing-leecher.ts'));
export const passingFloor: TestedClient = {
  ...passing,

  async start(options) {
    const running = await passing.start(options);
    const port = await portOf('listening', running.program, options.startTimeoutMs);
    return { ...running, address: { host: options.host, port } };
  },
};

/** @param env for its process */
export function answeringFloor(env: Readonly<Record<string, string>>): TestedClient {
  const floor = leechingFloor('floor: writes and answers', import.meta.resolve('./answering-leecher.ts'), env);
  return {
    ...floor,

    async start(options) {
      const running = await floor.start(options);
      const port = await portOf('answering', running.program);
      return { ...running, question: { url: `http://127.0.0.1:${port}/` } };
    },
  };
}

/**
 * @param script its URL
 * @param env for its process
 */
function leechingFloor(name: string, script: string, env?: Readonly<Record<string, string>>): TestedClient {
  return {
    name,
    debianPackage: undefined,

    async start({ lab, torrent, folder, host, peers: [seed] }) {
      const addedAtMs = performance.now();
      const place = [seed.host, String(seed.port), host, path.join(folder, FLOOR_FILE)];
      const program = lab.start(process.execPath, [fileURLToPath(script), torrent.file, ...place], {
        env: { ...builtEnvironment, ...env },
      });
      const said = () => program.output.includes('"complete"') || undefined;
      return {
        program,
        addedAtMs,
        address: { host, port: 0 },
        complete: async (timeoutMs) => void (await program.until('complete', said, timeoutMs)),
      };
    },
  };
}

export const seedingFloor: TestedClient = {
  name: 'floor: reads and sends',
  debianPackage: undefined,

  async start({ lab, torrent, folder, host }) {
    const addedAtMs = performance.now();
    const script = fileURLToPath(import.meta.resolve('./seeder.ts'));
    const place = [torrent.file, path.join(folder, FLOOR_FILE), host];
    const program = lab.start(process.execPath, [script, ...place], { env: builtEnvironment });
    const port = await portOf('listening', program);
    return { program, addedAtMs, address: { host, port }, complete: async () => {} };
  },
};

/** The port that it says with that event. */
async function portOf(event: string, program: Program, timeoutMs = START_TIMEOUT_MS): Promise<number> {
  const said = () => program.output.match(new RegExp(`"${event}","port":(\\d+)`))?.[1];
  return Number(await program.until(`say ${event}`, said, timeoutMs));
}
