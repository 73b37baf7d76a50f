// Real Docker engines for a test file, in a network of their own which the test itself moves into: what they publish on
// 127.0.0.1 is published there. Within one run of `npm test` files that need as many have the same ones, one file after the
// other, and the image is made once. Invariant: whatever becomes of the tests, nothing of them is left.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { whyNot } from '../interop/debian-package.ts';

const script = path.join(import.meta.dirname, 'engines.sh');
/** How the test knows, after it has moved, that it has, and where to. */
const VARIABLE = 'ENJAMBRE_TEST_ENGINES';
/** Who runs several files, and where the engines that they share are: `path:pid`. */
const SHARED_VARIABLE = 'ENJAMBRE_TEST_SHARED_ENGINES';

export class Engine {
  readonly socket: string;
  /** As DOCKER_HOST has it. */
  readonly host: string;

  constructor(folder: string) {
    this.socket = path.join(folder, 'docker.sock');
    this.host = `unix://${this.socket}`;
  }

  /** What the command says. @throws with what it complains of */
  docker(...argv: readonly string[]): string {
    const env = { ...process.env, DOCKER_HOST: this.host, DOCKER_BUILDKIT: '0' };
    return execFileSync('docker', argv, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }
}

export class EngineLab {
  readonly engines: readonly Engine[];
  readonly #folder: string;
  readonly #prefix: string;

  constructor(folder: string, prefix: string, count: number) {
    this.#folder = folder;
    this.#prefix = prefix;
    this.engines = Array.from({ length: count }, (_, index) => new Engine(path.join(folder, `${index + 1}`)));
  }

  /** On all of them: `enjambre:latest` of this project's sources, on the base `nodebase:latest` of files of this machine. */
  makeImage(): void {
    for (const [index, engine] of this.engines.entries()) {
      if (engine.docker('image', 'ls', '--quiet', 'enjambre:latest') !== '') continue;
      run('image', this.#folder, `${index + 1}`, process.execPath);
    }
  }

  /** On the first of them: an image of a program of this machine and its libraries. */
  makeProgramImage(tag: string, program: string): void {
    if (this.engines[0].docker('image', 'ls', '--quiet', tag) === '') run('program', this.#folder, '1', tag, program);
  }

  /** The first is its manager. */
  joinSwarm(): void {
    if (this.engines[0].docker('info', '--format', '{{.Swarm.LocalNodeState}}') === 'active') return;
    run('swarm', this.#folder, `${this.engines.length}`);
  }

  /** Ends an engine, and all that runs on it. @param number from 1, as for the others */
  halt(number: number): void {
    run('halt', this.#folder, `${number}`);
  }

  start(number: number): void {
    run('start', this.#folder, this.#prefix, `${number}`);
  }

  /** Takes an engine off the network of engines. */
  cut(number: number): void {
    run('cut', this.#prefix, `${number}`);
  }

  mend(number: number): void {
    run('mend', this.#prefix, `${number}`);
  }

  close(): void {
    run('down', this.#folder, this.#prefix, `${this.engines.length}`);
  }
}

/** Why engines cannot be started here, as a reason to skip; false when they can. */
export function whyNoEngines(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'starts Docker engines, which needs root on Linux';
  return whyNot(['docker.io', 'iptables', 'iproute2']);
}

/**
 * Starts engines, or takes over those of the file before, and starts this test file once more in the network of the first: to
 * be called before anything else is done. They end with the file, or with the run. Undefined where they cannot be started:
 * its tests are to be skipped.
 */
export function enterEngines(count = 1): EngineLab | undefined {
  if (whyNoEngines() !== false) return undefined;
  const kept = process.env[VARIABLE];
  if (kept === undefined) return enter(count);
  const [folder, prefix] = kept.split(':');
  const lab = new EngineLab(folder, prefix, count);
  after(() => {
    if (process.env[SHARED_VARIABLE] === undefined) lab.close();
    else rmSync(userOf(folder));
  });
  return lab;
}

function enter(count: number): never {
  const [shared, owner] = process.env[SHARED_VARIABLE]?.split(':') ?? [
    path.join(tmpdir(), `enjambre-engines-${process.pid}`),
    `${process.pid}`,
  ];
  const folder = `${shared}-${count}`;
  const prefix = `ej${owner}x${count}`;
  const place = [folder, prefix, `${count}`];
  const isFirst = !existsSync(folder);
  if (isFirst) mkdirSync(folder, { mode: 0o700 });
  takeOver(folder);
  if (isFirst) {
    // For the case that nobody else comes to it.
    spawn(script, ['keep', ...place, owner], { detached: true, stdio: 'ignore' }).unref();
    run('up', ...place);
  } else {
    run('empty', folder, `${count}`);
  }
  const argv = [
    'nsenter',
    `--net=/run/netns/${prefix}-1`,
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const env = { ...process.env, [VARIABLE]: `${folder}:${prefix}` };
  // The same process goes on as another program: whoever started it notices nothing.
  process.execve?.('/usr/bin/nsenter', argv, env);
  throw new Error('this Node has no process.execve');
}

function userOf(folder: string): string {
  return path.join(folder, 'user');
}

/** @throws when another file is at it: what one makes there the other would find */
function takeOver(folder: string): void {
  const user = existsSync(userOf(folder)) ? Number(readFileSync(userOf(folder), 'utf8')) : undefined;
  if (user !== undefined && existsSync(`/proc/${user}`)) throw new Error(`${folder} is in use by process ${user}`);
  writeFileSync(userOf(folder), `${process.pid}`);
}

function run(...argv: readonly string[]): void {
  execFileSync(script, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
}
