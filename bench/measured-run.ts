// One run of a program, measured as the kernel accounts for it.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export interface Measured {
  readonly exitCode: number;
  readonly wallSeconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Peak of anonymous memory. */
  readonly privateBytes: number;
}

const SCRIPT = path.join(import.meta.dirname, 'measured-run.py');

/** Runs the command to its end. @throws Error when it fails */
export async function measuredRun(resultFile: string, command: readonly string[]): Promise<Measured> {
  const child = spawn('/usr/bin/python3', [SCRIPT, resultFile, ...command], { stdio: 'inherit' });
  await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const measured = JSON.parse(await readFile(resultFile, 'utf8')) as Measured;
  if (measured.exitCode !== 0) throw new Error(`${command[0]} ended with ${measured.exitCode}`);
  return measured;
}
