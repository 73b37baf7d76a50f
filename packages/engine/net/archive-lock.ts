// Locks on torrents in an archives folder: a local socket, one for all torrents that this process holds there, which tells
// whoever asks what it holds. The kernel lets go of it however the process ends.
// Invariant: at most one holder of a torrent. Each contender first publishes its socket under a new name, says there that it
// waits, then looks for others: of two at least one sees the other. Names are never used twice, so a dead socket can be
// removed without a race.

import { hash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder } from '@enjambre/runtime';

export interface ArchiveLock {
  /** Lets go. */
  release(): Promise<void>;
}

// `sun_path` of Linux has 108 bytes with the zero at its end, that of macOS 104.
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;
const SUFFIX = '.socket';
// Another contender needs a few milliseconds to decide; one that takes longer is stopped or stuck, and holds.
const PATIENCE_MS = 2_000;
const RETRY_MS = 10;
const ATTEMPTS = 5;

// A read-only or foreign file system (shares, some virtual machines' folders). Making a folder with its parents says
// ENOENT of a read-only one.
const NO_SOCKET_HERE = new Set([
  'EROFS',
  'ENOENT',
  'EACCES',
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EINVAL',
  'ENOSYS',
  'ENAMETOOLONG',
]);

const GONE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE']);

/** What a socket says of the torrent that it is asked for. */
type Claim = 'held' | 'waiting' | 'free';

/** Longer names of torrents there are not. */
const LONGEST_NAME = 128;

/** All locks of this process. */
export class ArchiveLocks {
  /** By folder: where we sit and answer. */
  readonly #desks = new Map<string, Promise<Desk>>();

  /**
   * @param folder of locks; made when missing, gone after the last release. When no socket can be there (a read-only or a
   *   foreign file system), another in the system's folder for temporary files, which guards within this machine.
   * @param name of what is locked: an info hash
   * @returns undefined when somebody holds it  @throws Error of the system when no socket can be made
   */
  async take(folder: string, name: string): Promise<ArchiveLock | undefined> {
    try {
      return await this.#takeIn(folder, name);
    } catch (error) {
      if (!NO_SOCKET_HERE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      const place = hash('sha256', folder).slice(0, 32);
      return this.#takeIn(join(tmpdir(), `enjambre-${place}.lock`), name);
    }
  }

  async #takeIn(folder: string, name: string): Promise<ArchiveLock | undefined> {
    let desk = await this.#deskIn(folder);
    // Left by its last user while we waited for it.
    while (desk.isLeft) desk = await this.#deskIn(folder);
    if (desk.claims.has(name)) return undefined;
    desk.claims.set(name, 'waiting');
    const lock: ArchiveLock = { release: () => this.#release(folder, desk, name) };
    try {
      if (await mayHold(folder, desk.file, name)) {
        desk.claims.set(name, 'held');
        return lock;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
    return undefined;
  }

  #deskIn(folder: string): Promise<Desk> {
    const known = this.#desks.get(folder);
    if (known !== undefined) return known;
    const desk = openDesk(folder);
    this.#desks.set(folder, desk);
    desk.catch(() => this.#desks.delete(folder));
    return desk;
  }

  async #release(folder: string, desk: Desk, name: string): Promise<void> {
    desk.claims.delete(name);
    if (desk.claims.size > 0 || desk.isLeft) return;
    desk.isLeft = true;
    this.#desks.delete(folder);
    await desk.leave();
  }
}

/** A socket that answers, and what it says. */
interface Desk {
  readonly file: string;
  readonly claims: Map<string, Claim>;
  isLeft: boolean;
  leave(): Promise<void>;
}

async function openDesk(folder: string): Promise<Desk> {
  const file = randomBytes(6).toString('hex') + SUFFIX;
  const claims = new Map<string, Claim>();
  const server = createServer((socket) => answer(socket, claims));
  const desk: Desk = {
    file,
    claims,
    isLeft: false,
    async leave() {
      await rm(join(folder, file), { force: true });
      await new Promise((resolve) => server.close(resolve));
      // Another contender may be in it already.
      await rmdir(folder).catch(() => {});
    },
  };
  // Between bind and listen a socket looks dead to others: it gets its name only when it answers.
  await listenIn(folder, `${file}.new`, server);
  server.unref();
  try {
    await rename(join(folder, `${file}.new`), join(folder, file));
    return desk;
  } catch (error) {
    await desk.leave();
    throw error;
  }
}

/** Reads a name and tells how it stands with it. */
function answer(socket: Socket, claims: ReadonlyMap<string, Claim>): void {
  let question = '';
  socket.setEncoding('utf8').unref();
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('data', (text: string) => {
    question += text;
    const end = question.indexOf('\n');
    if (end >= 0) socket.end(claims.get(question.slice(0, end)) ?? 'free');
    else if (question.length > LONGEST_NAME) socket.destroy();
  });
}

/** Whoever lets go takes the folder away, perhaps just before we are in it: then it is made again. */
async function listenIn(folder: string, file: string, server: Server): Promise<void> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      await makeFolder(folder, 0o700);
      return await inReach(folder, file, (path) => listen(server, path));
    } catch (error) {
      // A folder that is gone is EACCES to bind, by libuv's rewriting.
      const { code } = error as NodeJS.ErrnoException;
      if (left === 0 || (code !== 'ENOENT' && code !== 'EACCES')) throw error;
    }
  }
}

/** True once no other contender is left; false when one holds the lock or comes before us. */
async function mayHold(folder: string, own: string, name: string): Promise<boolean> {
  // Set by the first other that is met: the first use of `performance` costs a start 2 ms.
  let giveUpAt: number | undefined;
  for (;;) {
    let alone = true;
    for (const other of await readdir(folder)) {
      if (other === own || !other.endsWith(SUFFIX)) continue;
      const claim = await inReach(folder, other, (path) => ask(path, name));
      if (claim === undefined) {
        await rm(join(folder, other), { force: true });
        continue;
      }
      // Of two that wait the smaller name goes first. The larger may already be past its look around, though, so that
      // the smaller waits until it has gone away, or holds.
      if (claim === 'free') continue;
      if (claim === 'held' || other < own) return false;
      alone = false;
    }
    if (alone) return true;
    giveUpAt ??= performance.now() + PATIENCE_MS;
    if (performance.now() > giveUpAt) return false;
    await delay(RETRY_MS);
  }
}

/** Asks a socket for its claim on that torrent; undefined when nobody listens. */
function ask(path: string, name: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(path);
    socket.setEncoding('utf8');
    socket.write(`${name}\n`);
    socket.on('data', (text: string) => {
      answer += text;
    });
    // A process that is stopped (SIGSTOP) holds what it holds, though it does not answer.
    socket.setTimeout(PATIENCE_MS, () => {
      resolve('held');
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Reset: it was closed while we stood in its queue. Full queue: somebody is there, whoever it is.
      if (GONE.has(error.code ?? '')) resolve(undefined);
      else if (error.code === 'EAGAIN') resolve('held');
      else reject(error);
    });
    // Whoever hangs up without a word is taken to hold it.
    socket.on('close', () => resolve(answer === 'waiting' || answer === 'free' ? answer : 'held'));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Calls `use` with a path of that socket that is short enough; on Linux any folder can be made short. */
async function inReach<T>(folder: string, file: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, file);
  if (Buffer.byteLength(path) <= LONGEST_PATH) return use(path);
  if (process.platform !== 'linux')
    throw Object.assign(new Error(`${path} is too long for a socket`), { code: 'ENAMETOOLONG' });
  const handle = await open(folder, 'r');
  try {
    return await use(`/proc/self/fd/${handle.fd}/${file}`);
  } finally {
    await handle.close();
  }
}
