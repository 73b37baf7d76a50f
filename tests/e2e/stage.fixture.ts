// The real thing to look at: the built page, `enjambre start` on free ports with folders of its own, Debian's Chromium.
// Nothing of it is left when a test file ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { freePort } from '../contract/free-port.ts';
import { Browsing, buildPage } from './browser.fixture.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'apps/cli/main.ts');

/** A running `enjambre start`. */
export interface Backend {
  readonly url: string;
  readonly port: number;
  readonly pagePort: number;
  readonly tracker: string;
  /** Sends the signal and waits until it ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'enjambre-e2e-'));
  readonly root = path.join(this.folder, 'downloads');
  readonly #browsing = new Browsing();
  #backend: Backend | undefined;
  /** Clients of a backend that was killed. */
  #hasOrphans = false;

  /** Starts the backend, or starts it again on the same ports; with a token it asks for that from now on. */
  async start(token?: string): Promise<Backend> {
    await buildPage();
    const before = this.#backend;
    this.#backend = await startBackend(this.folder, this.root, before, token);
    this.#hasOrphans = false;
    return this.#backend;
  }

  get backend(): Backend {
    if (this.#backend === undefined) throw new Error('the backend was not started');
    return this.#backend;
  }

  /** A page of its own browser profile, on the list of containers; whatever breaks in it ends up in `complaints`. */
  open(options: BrowserContextOptions = {}, complaints: string[] = []): Promise<Page> {
    return this.#browsing.open(this.backend.url, options, complaints);
  }

  /** As a crash does: its clients go on. */
  async kill(): Promise<void> {
    this.#hasOrphans = true;
    await this.backend.end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#browsing.close();
    // A backend takes its clients back, and with it they end.
    if (this.#hasOrphans) await this.start();
    await this.#backend?.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs `enjambre` until it ends; throws what it complained of. */
export async function enjambre(...list: string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...list], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`enjambre ${list.join(' ')}: ${complaint}`);
}

async function startBackend(
  folder: string,
  root: string,
  before: Backend | undefined,
  token: string | undefined,
): Promise<Backend> {
  const list = [
    `--port=${before?.port ?? (await freePort())}`,
    `--page-port=${before?.pagePort ?? (await freePort())}`,
    `--tracker-port=${before === undefined ? await freePort() : new URL(before.tracker).port}`,
    `--data-dir=${path.join(folder, 'state')}`,
    `--root=${root}`,
    '--listen-host=127.0.0.1',
  ];
  const env = { ...process.env, ENJAMBRE_TOKEN: token };
  const child = spawn(process.execPath, [MAIN, 'start', ...list], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { port, pagePort, tracker } = readLine(line);
    if (typeof pagePort !== 'number' || typeof port !== 'number') continue;
    // Whatever comes after must not fill the pipe.
    child.stdout.resume();
    const url = `http://127.0.0.1:${pagePort}/`;
    return { url, port, pagePort, tracker: String(tracker), end };
  }
  throw new Error(`the backend did not start: ${complaint}`);
}

function readLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
