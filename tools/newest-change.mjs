// Whether something that was built is older than what it was made of.

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const notSources = new Set(['dist', 'node_modules']);

/** @param built a file that a build writes last  @param sources files and folders */
export function isFresh(built, sources) {
  return existsSync(built) && Math.max(...sources.map(newestChange)) <= statSync(built).mtimeMs;
}

/** The time of the newest change of a file, or below a folder, in unix milliseconds. */
function newestChange(place) {
  const stats = statSync(place);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const names = readdirSync(place).filter((name) => !notSources.has(name));
  return Math.max(0, ...names.map((name) => newestChange(path.join(place, name))));
}
