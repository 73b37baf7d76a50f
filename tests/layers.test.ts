// Holds the direction of docs/architecture.md: who may import whom, where the world is touched, how files are named and
// how long they are. Each test lists the offenders, so that a failure names them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Import, readSourceTree, type SourceFile } from './layers/source-tree.ts';

/** An import leads to a lower floor, never to the same. Tests and benches may import every door. */
const FLOORS: Record<string, number> = {
  'packages/metainfo': 0,
  'packages/runtime': 0,
  'packages/contract': 0,
  'packages/engine': 1,
  'packages/tracker': 1,
  'packages/overlay': 1,
  'packages/http': 1,
  'apps/client': 2,
  'apps/tracker-server': 2,
  'apps/fleet': 2,
  'apps/web': 2,
  'apps/cli': 3,
};

/** What these import of ours, whatever their floor. */
const ALLOWED_ROOMS: Record<string, readonly string[]> = {
  // Runs clients and talks HTTP to them.
  'apps/fleet': ['packages/runtime', 'packages/contract', 'packages/metainfo', 'packages/http'],
  'apps/web': ['packages/contract'],
};

const PURE_FOLDERS = ['metainfo', 'wire', 'picker', 'choker', 'protocol', 'placement'];
const IMPURE_CODE =
  /\b(?:setTimeout|setInterval|setImmediate|Date\.now|new Date\(\)|performance\.now|Math\.random|process\.)/;
const SOCKET_MODULE = /^node:(?:net|tls|dgram|https?|http2)$/;
const FILE_MODULE = /^node:fs(?:\/promises)?$/;
/** A local socket is a socket whose name is a file: this one needs both rooms' tools. */
const LOCAL_SOCKET_FILE = 'packages/engine/net/archive-lock.ts';
const IMPURE_MODULE =
  /^node:(?:net|tls|dgram|https?|http2|fs|fs\/promises|dns|dns\/promises|child_process|worker_threads|os|timers|timers\/promises)$/;

const FORBIDDEN_WORDS = ['types', 'utils', 'util', 'helpers', 'helper', 'common', 'shared', 'manager', 'service'];
const FORBIDDEN_NAMES = [...FORBIDDEN_WORDS, 'base', 'impl', 'data', 'info', 'misc'];
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|contract|fixture))?\.tsx?$/;

const files = readSourceTree();
const byPath = new Map(files.map((file) => [file.path, file]));
const ours = files.filter((file) => file.room in FLOORS);
const production = ours.filter((file) => !file.isTest);

function roomOf(specifier: string): string | undefined {
  const name = specifier.match(/^@enjambre\/([^/]+)/)?.[1];
  return name === undefined ? undefined : Object.keys(FLOORS).find((room) => room.endsWith(`/${name}`));
}

/** `file → specifier` for every import that breaks a rule. */
function offences(list: readonly SourceFile[], breaks: (file: SourceFile, one: Import) => boolean): string[] {
  return list.flatMap((file) =>
    file.imports.filter((one) => breaks(file, one)).map((one) => `${file.path} → ${one.specifier}`),
  );
}

const isPure = (file: SourceFile) =>
  PURE_FOLDERS.some((folder) => file.folders.includes(folder) || file.room === `packages/${folder}`);

describe('direction', () => {
  it('knows the floor of every package and app', () => {
    const rooms = new Set(files.map((file) => file.room).filter((room) => room.includes('/')));
    assert.deepEqual([...rooms.difference(new Set(Object.keys(FLOORS)))], []);
  });

  it('goes down: no import leads to the same floor or a higher one', () => {
    const list = offences(ours, (file, { specifier }) => {
      const room = roomOf(specifier);
      return room !== undefined && FLOORS[room] >= FLOORS[file.room];
    });
    assert.deepEqual(list, []);
  });

  it('leads through doors: another package is imported by its name, an app by nobody but cli', () => {
    const list = offences(files, (file, { specifier, target }) => {
      if (target !== undefined) return !target.startsWith(`${file.room}/`) && !isHarness(file, target);
      if (!specifier.startsWith('@enjambre/')) return false;
      const room = roomOf(specifier);
      const isApp = room?.startsWith('apps/') === true;
      return specifier.split('/').length > 2 || room === file.room || (isApp && file.room !== 'apps/cli');
    });
    assert.deepEqual(list, []);
  });

  it('keeps the fleet away from the engine and the page away from all but the contract', () => {
    const list = offences(ours, (file, { specifier }) => {
      const room = roomOf(specifier);
      return room !== undefined && ALLOWED_ROOMS[file.room]?.includes(room) === false;
    });
    assert.deepEqual(list, []);
  });

  it('has no circles', () => {
    assert.deepEqual(findCircles(), []);
  });
});

describe('the world', () => {
  it('is not touched in pure folders', () => {
    const pure = production.filter(isPure);
    assert.deepEqual(
      offences(pure, (_, { specifier }) => IMPURE_MODULE.test(specifier)),
      [],
    );
    const code = pure.filter((file) => IMPURE_CODE.test(file.code)).map((file) => file.path);
    assert.deepEqual(code, []);
  });

  it('is reached by sockets only in net/, in server/ of the tracker, in drivers and in one listener file an app', () => {
    const listeners = new Map<string, string>();
    const list = offences(production, (file, { specifier, typeOnly }) => {
      if (typeOnly || !SOCKET_MODULE.test(specifier) || file.folders.includes('net')) return false;
      if (file.room === 'packages/tracker' && file.folders[0] === 'server') return false;
      if (file.folders.includes('drivers')) return false;
      if (!file.room.startsWith('apps/')) return true;
      if (!listeners.has(file.room)) listeners.set(file.room, file.path);
      return listeners.get(file.room) !== file.path;
    });
    assert.deepEqual(list, []);
  });

  it('is written to disk only in storage/, creation/, state/ and apps', () => {
    const rooms = ['storage', 'creation', 'state'];
    const libraries = production.filter((file) => !file.room.startsWith('apps/') && file.path !== LOCAL_SOCKET_FILE);
    const list = offences(libraries, (file, { specifier, typeOnly }) => {
      return !typeOnly && FILE_MODULE.test(specifier) && !file.folders.some((folder) => rooms.includes(folder));
    });
    assert.deepEqual(list, []);
  });

  it('is asked for env and argv, and left, only in main.ts of an app', () => {
    const touches = /\bprocess\.(?:env|argv|exit|exitCode)\b/;
    const isMain = (file: SourceFile) => file.room.startsWith('apps/') && file.name === 'main.ts';
    const list = production.filter((file) => touches.test(file.code) && !isMain(file)).map((file) => file.path);
    assert.deepEqual(list, []);
    const mains = files.filter((file) => file.name === 'main.ts' && file.room.startsWith('packages/'));
    assert.deepEqual(
      mains.map((file) => file.path),
      [],
    );
  });
});

describe('files', () => {
  it('named index.ts stand only at the door of a package, and nothing inside imports them', () => {
    const isDoor = (file: SourceFile) => file.room.startsWith('packages/') && file.folders.length === 0;
    const wrong = files.filter((file) => /^index\.tsx?$/.test(file.name) && !isDoor(file));
    assert.deepEqual(
      wrong.map((file) => file.path),
      [],
    );
    assert.deepEqual(
      offences(files, (_, { target }) => target !== undefined && /\/index\.tsx?$/.test(target)),
      [],
    );
  });

  it('carry a noun of the field in kebab-case', () => {
    const list = files.filter((file) => {
      const stem = file.name.split('.')[0];
      const lastWord = stem.split('-').at(-1) ?? '';
      const names = [stem, ...file.folders];
      return (
        !KEBAB_CASE.test(file.name) ||
        FORBIDDEN_WORDS.includes(lastWord) ||
        names.some((name) => FORBIDDEN_NAMES.includes(name))
      );
    });
    assert.deepEqual(
      list.map((file) => file.path),
      [],
    );
  });

  it('open with what they are', () => {
    const silent = production.filter((file) => !file.opensWithComment && file.name !== 'index.ts');
    assert.deepEqual(
      silent.map((file) => file.path),
      [],
    );
  });

  it('are short: median at most 100 lines, 90 % at most 300, none over 500, torrent.ts under 400', () => {
    const lengths = files.map((file) => file.lines).sort((a, b) => a - b);
    const atShare = (share: number) => lengths[Math.ceil(lengths.length * share) - 1];
    assert.ok(atShare(0.5) <= 100, `median is ${atShare(0.5)}`);
    assert.ok(atShare(0.9) <= 300, `90 % are within ${atShare(0.9)}`);
    const limitOf = (file: SourceFile) => (file.name === 'torrent.ts' ? 399 : 500);
    const long = files.filter((file) => file.lines > limitOf(file));
    assert.deepEqual(
      long.map((file) => `${file.path}: ${file.lines}`),
      [],
    );
  });
});

/** Every ring of imports within a room, once, as the path round it. */
function findCircles(): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) circles.push([...way.slice(start), path].join(' → '));
    if (start !== -1 || done.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined && byPath.has(target)) visit(target, [...way, path]);
    }
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return circles;
}

/** The comparisons start their clients as the tests do, and a driver is tested on the engines that all tests have. */
function isHarness(file: SourceFile, target: string): boolean {
  // No machine runs a thousand clients for the page to show: a fleet whose driver runs none stands behind it.
  if (file.path === 'tests/e2e/thousand.fixture.ts') return target.startsWith('apps/fleet/');
  return (file.room === 'bench' && target.startsWith('tests/')) || (file.isTest && target.startsWith('tests/engines/'));
}
