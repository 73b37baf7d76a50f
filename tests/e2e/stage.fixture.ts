// The real thing to look at: the built page, `enjambre start` on free ports with folders of its own, Debian's Chromium.
// Nothing of it is left when a test file ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContextOptions, chromium, type Page } from '@playwright/test';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CHROMIUM = '/usr/bin/chromium';
const PAGE = path.join(ROOT, 'apps/web');
const SHOTS = path.join(ROOT, 'test-results/screenshots');
const MAIN = path.join(ROOT, 'apps/cli/main.ts');
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For `describe`: false, or why nothing here can run. */
export const skip: string | false = existsSync(CHROMIUM) ? false : 'needs a browser: apt-get install chromium';

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
  readonly #browsers: Browser[] = [];
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

  async browser(): Promise<Browser> {
    if (this.#browsers.length === 0) {
      this.#browsers.push(await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS }));
    }
    return this.#browsers[0];
  }

  /** A page of its own browser profile, on the list of containers; whatever breaks in it ends up in `complaints`. */
  async open(options: BrowserContextOptions = {}, complaints: string[] = []): Promise<Page> {
    const context = await (await this.browser()).newContext({ locale: 'en', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // What the browser itself says of answers that are refusals is no fault of the page.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
    });
    await page.goto(this.backend.url);
    return page;
  }

  /** As a crash does: its clients go on. */
  async kill(): Promise<void> {
    this.#hasOrphans = true;
    await this.backend.end('SIGKILL');
  }

  async close(): Promise<void> {
    for (const browser of this.#browsers) await browser.close();
    // A backend takes its clients back, and with it they end.
    if (this.#hasOrphans) await this.start();
    await this.#backend?.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Keeps a picture of `page`, which CI keeps. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
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
    `--port=${before?.port ?? 0}`,
    `--page-port=${before?.pagePort ?? 0}`,
    `--tracker-port=${before === undefined ? 0 : new URL(before.tracker).port}`,
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

/** Builds the page when what is built is older than what it is made of. */
async function buildPage(): Promise<void> {
  const built = path.join(PAGE, 'dist/index.html');
  const sources = globSync('**/*', { cwd: PAGE, exclude: (name) => name === 'dist' || name === 'node_modules' });
  const newest = Math.max(...sources.map((file) => statSync(path.join(PAGE, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  const child = spawn('npm', ['run', '--silent', 'build', '-w', 'apps/web'], { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the page could not be built');
}
