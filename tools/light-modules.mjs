// What the bundled client uses of Node's large modules while it starts, without loading them: node:crypto takes 10 ms of
// processor time and 1.5 MiB, node:fs/promises 3.5 ms and 0.3 MiB. Whatever else they have is loaded when it is first used.

import fs from 'node:fs';
import { promisify } from 'node:util';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** Above it node:crypto is sooner done, loading it included. */
const SMALL = 64 * 1024;
const RANDOM_FILE = '/dev/urandom';
const digests = { sha1, sha256 };

/** Stands for the module of that name: `own` first, the rest from the real one. */
export function late(name, own = {}) {
  return new Proxy(own, { get: (_, key) => own[key] ?? process.getBuiltinModule(name)[key] });
}

export const crypto = late('node:crypto', {
  hash(algorithm, data, encoding = 'hex') {
    const digest = digests[algorithm];
    if (digest === undefined || data.length > SMALL) return load('hash')(algorithm, data, encoding);
    const bytes = digest(typeof data === 'string' ? Buffer.from(data) : data);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return encoding === 'buffer' ? found : found.toString(encoding);
  },
  randomFillSync(target, ...rest) {
    return rest.length === 0 && readRandom(target) ? target : load('randomFillSync')(target, ...rest);
  },
  randomBytes(length, ...rest) {
    return rest.length === 0 ? crypto.randomFillSync(Buffer.alloc(length)) : load('randomBytes')(length, ...rest);
  },
  timingSafeEqual(one, other) {
    if (one.length !== other.length) throw new RangeError('what is compared must have the same length');
    let difference = 0;
    for (let index = 0; index < one.length; index++) difference |= one[index] ^ other[index];
    return difference === 0;
  },
});

const PROMISED = 'access lstat mkdir readdir readFile rename rm rmdir stat symlink truncate unlink writeFile'.split(
  ' ',
);

export const fsPromises = late('node:fs/promises', {
  ...Object.fromEntries(PROMISED.map((name) => [name, promisify(fs[name])])),
  realpath: promisify(fs.realpath.native),
});

const load = (name) => process.getBuiltinModule('node:crypto')[name];

let randomFile;

/** Whether there is such a file, as all but Windows have. */
function readRandom(target) {
  try {
    randomFile ??= fs.openSync(RANDOM_FILE, 'r');
    return fs.readSync(randomFile, target) === target.length;
  } catch {
    return false;
  }
}
