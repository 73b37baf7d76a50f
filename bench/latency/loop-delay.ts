// How late the event loop of a client of ours or of a floor was: what the preloaded script counts, asked for from outside.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withFlags } from '../../tests/interop/clients/enjambre.ts';
import type { TestedClient } from '../../tests/interop/clients/tested-client.ts';
import type { Program } from '../../tests/interop/program.ts';
import { builtCommand, builtEnvironment } from '../built-client.ts';
import { answeringFloor } from '../floor/floors.ts';

const SCRIPT = fileURLToPath(import.meta.resolve('./event-loop-delay.ts'));
const WRITE_TIMEOUT_MS = 2_000;

export interface LoopDelay {
  readonly p99Ms: number;
  readonly mostMs: number;
}

/** Ours and the floor, with the script in them. @param file where the script writes */
export function watched(file: string): { readonly enjambre: TestedClient; readonly floor: TestedClient } {
  const env = { NODE_OPTIONS: `--import=${SCRIPT}`, ENJAMBRE_BENCH_DELAY: file };
  const enjambre = withFlags('Enjambre', [], { ...builtEnvironment, ...env }, builtCommand);
  return { enjambre, floor: answeringFloor(env) };
}

/** Begins to count. */
export function beginLoopDelay(program: Program): void {
  process.kill(program.pid, 'SIGUSR2');
}

/** Since it was begun. */
export async function readLoopDelay(program: Program, file: string): Promise<LoopDelay> {
  process.kill(program.pid, 'SIGUSR2');
  return program.until(
    'tell of its event loop',
    async () => JSON.parse(await readFile(file, 'utf8')) as LoopDelay,
    WRITE_TIMEOUT_MS,
  );
}
