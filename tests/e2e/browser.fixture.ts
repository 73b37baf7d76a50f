// Debian's Chromium over the built page, asking nobody else; pictures of it are kept for CI.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from '@playwright/test';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CHROMIUM = '/usr/bin/chromium';
export const PAGE_FOLDER = path.join(ROOT, 'apps/web');
const SHOTS = path.join(ROOT, 'test-results/screenshots');
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** For `describe`: false, or why nothing here can run. */
export const skip: string | false = existsSync(CHROMIUM) ? false : 'needs a browser: apt-get install chromium';

/** Started with the first page. */
export class Browsing {
  #browser: Browser | undefined;

  async browser(): Promise<Browser> {
    this.#browser ??= await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    return this.#browser;
  }

  /** A page of its own browser profile at `url`; whatever breaks in it ends up in `complaints`. */
  async open(url: string, options: BrowserContextOptions = {}, complaints: string[] = []): Promise<Page> {
    const context = await (await this.browser()).newContext({ locale: 'en', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // What the browser itself says of answers that are refusals is no fault of the page.
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}

/** Keeps a picture of `page`, which CI keeps. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
}

/** What axe finds wrong with the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: list } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return list.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Nothing is wider than the page. */
export function fits(page: Page): Promise<boolean> {
  return page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);
}

/** Builds the page when what is built is older than what it is made of. */
export async function buildPage(): Promise<void> {
  const built = path.join(PAGE_FOLDER, 'dist/index.html');
  const isOther = (name: string) => name === 'dist' || name === 'node_modules';
  const sources = globSync('**/*', { cwd: PAGE_FOLDER, exclude: isOther });
  const newest = Math.max(...sources.map((file) => statSync(path.join(PAGE_FOLDER, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  const child = spawn('npm', ['run', '--silent', 'build', '-w', 'apps/web'], { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the page could not be built');
}
