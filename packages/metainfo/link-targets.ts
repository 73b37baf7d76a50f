// Symbolic links of a torrent (BEP 47, `attr` l): what each leads to, said as a link on the disk says it.
// Invariant: a target is a file or folder of the same torrent; a link to anything else, or round in a circle, has none.

import type { ListedFile } from './listed-file.ts';

/**
 * The text of each link, by its index in `listed`: the way from its own folder to its target, `/` between the parts; '' when
 * it has none.
 * @param paths where each is written, '' for padding
 */
export function readLinkTargets(listed: readonly ListedFile[], paths: readonly string[]): Map<number, string> {
  const links = listed.flatMap(({ linkTarget }, index) => (linkTarget === undefined ? [] : [index]));
  if (links.length === 0) return new Map();
  const places = placesOf(listed, paths);
  const targets = new Map(links.map((index) => [index, targetOf(listed[index], places)]));
  const linkAt = new Map(links.map((index) => [keyOf(listed[index].originalPath), index]));
  return new Map(
    links.map((index) => {
      const target = leadsSomewhere(index, targets, linkAt) ? places.get(targets.get(index)!)! : undefined;
      return [index, target === undefined ? '' : wayBetween(paths[index], target)];
    }),
  );
}

/** The key of what it leads to. BEP 47 counts from the torrent's root folder, libtorrent from the link's own as the disk does. */
function targetOf(link: ListedFile, places: ReadonlyMap<string, string>): string | undefined {
  const [root, ...folders] = link.originalPath.slice(0, -1);
  const words = link.linkTarget ?? [];
  for (const start of [[], folders]) {
    const path = walk(start, words);
    if (path !== undefined && places.has(keyOf([root, ...path]))) return keyOf([root, ...path]);
  }
  return undefined;
}

/** Undefined when it leaves the root folder, or leads to it. */
function walk(start: readonly string[], words: readonly string[]): readonly string[] | undefined {
  const path = [...start];
  for (const word of words) {
    if (word === '..' && path.pop() === undefined) return undefined;
    if (word !== '..' && word !== '.') path.push(word);
  }
  return path.length === 0 ? undefined : path;
}

/** Where files, links and the folders above them are written, by what the torrent calls them. */
function placesOf(listed: readonly ListedFile[], paths: readonly string[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const [index, { originalPath, padding }] of listed.entries()) {
    if (padding) continue;
    const parts = paths[index].split('/');
    // Folders of a path that was too deep are left out: then only the file itself can be told.
    const isWhole = parts.length === originalPath.length;
    for (let depth = isWhole ? 2 : parts.length; depth < parts.length; depth++) {
      places.set(keyOf(originalPath.slice(0, depth)), parts.slice(0, depth).join('/'));
    }
    places.set(keyOf(originalPath), paths[index]);
  }
  return places;
}

/** Links may lead to links (`lib.so`, `lib.so.1`, `lib.so.1.2`), but not for ever. */
function leadsSomewhere(
  start: number,
  targets: ReadonlyMap<number, string | undefined>,
  linkAt: ReadonlyMap<string, number>,
): boolean {
  const passed = new Set<number>();
  for (let at: number | undefined = start; at !== undefined; ) {
    const target = targets.get(at);
    if (target === undefined || passed.has(at)) return false;
    passed.add(at);
    at = linkAt.get(target);
  }
  return true;
}

function keyOf(path: readonly string[]): string {
  return path.join('\0');
}

function wayBetween(link: string, target: string): string {
  const from = link.split('/').slice(0, -1);
  const to = target.split('/');
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}
