// What `npm start` and `npm test` need before they can begin: every package of the lock file, and Node 26.
// Runs under any Node from 20 on, before anything is installed: plain JavaScript, nothing but Node's own modules.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const REQUIRED_NODE = 26;
const PARENT_CHECK_MS = 500;

export const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');

/**
 * Installs what is missing or stale, and goes on with the Node that npm installed when this one is too old: then the
 * process ends with that one's exit code, and this never resolves. npm's warnings would be of this Node, which runs none of it.
 */
export async function prepare() {
  process.chdir(root);
  if (!isInstalled()) await runOrExit('npm', ['ci', '--loglevel=error']);
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_NODE) return;
  const node = path.join(root, 'node_modules/.bin/node');
  if (!existsSync(node)) {
    process.stderr.write(`Node ${REQUIRED_NODE} or newer is needed; npm has no build of it for this machine.\n`);
    process.exit(2);
  }
  await runOrExit(node, process.argv.slice(1));
  process.exit(0);
}

/** Runs a program in our place; we end as it ended, unless it went well. */
export async function runOrExit(program, programArguments, options = {}) {
  const child = spawn(program, programArguments, { stdio: 'inherit', ...options });
  // What the terminal sends reaches the program anyway; what is sent to us alone must be passed on.
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  // npm that is ended passes nothing on to what it runs: we only lose our parent.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_CHECK_MS);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(2);
    });
    child.once('exit', (status) => resolve(status ?? 1));
  });
  clearInterval(watch);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, pass);
  if (code !== 0) process.exit(code);
}

/** Whether every package of the lock file is there at its version; optional ones may be missing. */
function isInstalled() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const found = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  return Object.entries(wanted).every(([place, { version, integrity, optional }]) => {
    if (!place.startsWith('node_modules/')) return true;
    const there = found[place];
    if (there === undefined) return optional === true;
    return there.version === version && there.integrity === integrity;
  });
}
