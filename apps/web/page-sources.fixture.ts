// The sources of the page, for tests that read them.

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = import.meta.dirname;

export interface PageSource {
  /** From apps/web, with slashes. */
  readonly file: string;
  readonly text: string;
}

export function readPageSources(): PageSource[] {
  return globSync('**/*.{ts,tsx}', { cwd: ROOT, exclude: ['dist/**', 'node_modules/**'] }).map((file) => ({
    file: file.replaceAll('\\', '/'),
    text: readFileSync(path.join(ROOT, file), 'utf8'),
  }));
}
