// The project's own sources as the layer rules see them: where a file stands, what it imports, which code it holds.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Import {
  /** As written: `node:fs`, `@enjambre/metainfo`, `../wire/message.ts`. */
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** The file of the project a relative import leads to. */
  readonly target: string | undefined;
}

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  /** `packages/engine`, `apps/cli`, `tests`, `bench`. */
  readonly room: string;
  /** Folders between room and file. */
  readonly folders: readonly string[];
  readonly name: string;
  /** A test, a suite that several join (`.contract`), or what tests set up or start (`.fixture`). */
  readonly isTest: boolean;
  readonly lines: number;
  readonly opensWithComment: boolean;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** `import … from`, `export … from`; groups: the type keyword, what is bound, the specifier. */
const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s*from\s*)?['"]([^'"]+)['"]/gm;
/** `import(…)`, and the files that workers are started from: `new URL(…, import.meta.url)`. */
const OTHER_IMPORT = /(?:\bimport\(|\bnew URL\()\s*['"]([^'"]+\.tsx?|[^'"./][^'"]*)['"]/g;

/** Every TypeScript file that is in git or would be added to it. */
export function readSourceTree(): SourceFile[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.ts', '*.tsx'];
  const deleted = new Set(git('ls-files', '--deleted', '-z'));
  return git(...list)
    .filter((file) => !deleted.has(file))
    .map((file) => parseSource(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

function git(...list: string[]): string[] {
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
}

/** @param file its path from the root, with slashes */
export function parseSource(file: string, text: string): SourceFile {
  const code = withoutComments(text);
  const parts = file.split('/');
  const depth = parts[0] === 'packages' || parts[0] === 'apps' ? 2 : 1;
  return {
    path: file,
    room: parts.slice(0, depth).join('/'),
    folders: parts.slice(depth, -1),
    name: parts.at(-1) ?? '',
    isTest: /\.(?:test|contract|fixture)\.tsx?$/.test(file),
    lines: text.split('\n').length - 1,
    opensWithComment: /^(?:\/\/|\/\*)/.test(text),
    code,
    imports: [...importsOf(file, code)],
  };
}

function* importsOf(file: string, code: string): Generator<Import> {
  for (const [, typeKeyword, bound, specifier] of code.matchAll(STATIC_IMPORT)) {
    yield { specifier, typeOnly: typeKeyword !== undefined || bindsOnlyTypes(bound), target: resolve(file, specifier) };
  }
  for (const [, specifier] of code.matchAll(OTHER_IMPORT)) {
    yield { specifier, typeOnly: false, target: resolve(file, specifier) };
  }
}

/** `{ type A, type B }`. */
function bindsOnlyTypes(bound: string | undefined): boolean {
  if (bound === undefined || !/^\{.*\}$/s.test(bound.trim())) return false;
  const names = bound
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return names.length > 0 && names.every((name) => name.startsWith('type '));
}

function resolve(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
}

/** Good enough for sources that biome has formatted: a comment starts a line or follows a space. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
