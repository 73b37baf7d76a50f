// A client as people start it: the committed launcher, its own process, JSON lines to read. Ends with the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { afterwards } from './cleanup.ts';

const launcher = join(import.meta.dirname, '../../node_modules/.bin/enjambre');
/** No single wait in these tests is longer. */
const PATIENCE_MS = 20_000;

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [detail: string]: unknown;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientProcess {
  readonly child: ChildProcess;
  /** The first line, past or to come, whose message matches; fails when the process ends before. */
  line(message: RegExp): Promise<LogLine>;
  /** Everything it wrote, once it has ended. */
  readonly ended: Promise<Ended>;
}

/** Runs `enjambre` with these arguments; nothing of the tester's own environment configures it. */
export function startEnjambre(t: TestContext, argv: readonly string[], env: NodeJS.ProcessEnv = {}): ClientProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ENJAMBRE_'));
  const child = spawn(launcher, argv, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  createInterface({ input: child.stdout! }).on('line', (text) => {
    output.stdout += `${text}\n`;
    if (text.startsWith('{')) lines.push(JSON.parse(text));
    for (const wake of waiting) wake();
  });
  const ended = once(child, 'close').then(([code]) => {
    for (const wake of waiting) wake();
    return { code, ...output };
  });
  afterwards(t, async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  const line = (message: RegExp) =>
    new Promise<LogLine>((resolve, reject) => {
      const describe = () => `no line ${message}; stdout: ${output.stdout} stderr: ${output.stderr}`;
      const timer = setTimeout(() => finish(() => reject(new Error(describe()))), PATIENCE_MS);
      const finish = (act: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        act();
      };
      const look = () => {
        const found = lines.find((one) => message.test(one.message));
        if (found !== undefined) finish(() => resolve(found));
        else if (child.exitCode !== null) finish(() => reject(new Error(describe())));
      };
      waiting.add(look);
      look();
    });
  return { child, line, ended };
}

/** A client on free loopback ports; `argv` may override. Resolves once it listens. */
export async function startClient(t: TestContext, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const ports = ['--listen-port=0', '--listen-host=127.0.0.1', '--http-port=auto'];
  const client = startEnjambre(t, ['client', ...ports, ...argv], env);
  const { listenPort, httpPort } = await client.line(/^listening$/);
  return { ...client, listenPort: Number(listenPort), httpPort: Number(httpPort) };
}
