// What is left after `kill -9`, and on a disk that is full: really killed, really full.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import { pieceSpans } from './file-layout.ts';
import { PUT_TORRENT, type PutLine, puttingProcess, scratchArchives } from './file-store.contract.ts';
import { openedPieces, putPiece } from './piece-store.contract.ts';

const scratch = scratchArchives();
const { layout, content } = PUT_TORRENT();

async function lines(child: ChildProcess, onLine: (line: PutLine) => void): Promise<void> {
  const exit = once(child, 'exit');
  for await (const text of createInterface({ input: child.stdout! })) onLine(JSON.parse(text) as PutLine);
  await exit;
}

async function assertOnDisk(archives: string, pieces: readonly number[]): Promise<void> {
  for (const pieceIndex of pieces) {
    const parts: Buffer[] = [];
    for (const { fileIndex, fileOffset, length } of pieceSpans(layout, pieceIndex)) {
      const bytes = await readFile(join(archives, layout.files[fileIndex].path));
      parts.push(bytes.subarray(fileOffset, fileOffset + length));
    }
    const expected = layout.pieceHashes.subarray(20 * pieceIndex, 20 * pieceIndex + 20);
    assert.deepEqual(hash('sha1', Buffer.concat(parts), 'buffer'), Buffer.from(expected), `piece ${pieceIndex}`);
  }
}

it('claims after kill -9 at any moment only pieces that are on the disk, and loses none that it had reported', async () => {
  const seed = 20_26;
  const random = seededRandom(seed);
  const archives = scratch.folder();
  const reported = new Set<number>();
  for (let round = 0; round < 4; round++) {
    const [node, ...program] = puttingProcess(archives, 3);
    const child = spawn(node, program, { stdio: ['ignore', 'pipe', 'inherit'] });
    let left = 3 + random.below(12);
    await lines(child, (line) => {
      if (!('put' in line)) return;
      reported.add(line.put);
      if (--left === 0) child.kill('SIGKILL');
    });
    assert.equal(child.signalCode, 'SIGKILL', `seed ${seed}`);
    const store = scratch.store(archives, layout);
    const found = await openedPieces(store);
    await assertOnDisk(archives, found);
    const lost = [...reported].filter((pieceIndex) => !found.includes(pieceIndex));
    assert.deepEqual(lost, [], `seed ${seed}: nothing is fetched twice`);
    await store.close();
  }
});

it('says that the disk is full, believes nothing half, and goes on when there is space', async (test) => {
  const archives = scratch.folder();
  mkdirSync(archives);
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', archives], { stdio: 'ignore' });
  } catch {
    test.diagnostic('no file system could be mounted: full is a limit on the size of files');
    return assertStopsAtFileLimit(archives);
  }
  try {
    const store = scratch.store(archives, layout);
    await openedPieces(store);
    const put: number[] = [];
    let failure: unknown;
    for (let pieceIndex = 0; failure === undefined; pieceIndex++) {
      await putPiece(store, layout, content, pieceIndex).then(
        () => put.push(pieceIndex),
        (error: unknown) => {
          failure = error;
        },
      );
    }
    const { code, message } = failure as { code: string; message: string };
    assert.equal(code, 'disk-full');
    assert.ok(message.includes(join(archives, layout.files[0].path)));
    assert.equal(store.unwrittenBytes, 0);
    const view = await store.read(put[0], 0, 100);
    assert.deepEqual(Buffer.from(view.bytes), content.subarray(0, 100));
    view.release();

    execFileSync('/bin/mount', ['-o', 'remount,size=16m', archives]);
    assert.ok(await putPiece(store, layout, content, put.length));
    const found = await openedPieces(store);
    assert.deepEqual(found, [...put, put.length]);
    await assertOnDisk(archives, found);
    for (let pieceIndex = 0; pieceIndex < layout.geometry.pieceCount; pieceIndex++) {
      if (!found.includes(pieceIndex)) await putPiece(store, layout, content, pieceIndex);
    }
    await store.close();
  } finally {
    execFileSync('/bin/umount', [archives]);
  }
});

it('takes a limit on the size of files for a full disk', async () => {
  const archives = scratch.folder();
  mkdirSync(archives);
  await assertStopsAtFileLimit(archives);
});

async function assertStopsAtFileLimit(archives: string): Promise<void> {
  // 1,000 blocks of 512 bytes: no file may be longer.
  const command = 'ulimit -f 1000; exec "$0" "$@"';
  const child = spawn('sh', ['-c', command, ...puttingProcess(archives, 1_000)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const put: number[] = [];
  const codes = new Set<string>();
  let done = false;
  await lines(child, (line) => {
    if ('put' in line) put.push(line.put);
    else if ('failed' in line) codes.add(line.code);
    else if ('done' in line) done = true;
  });
  assert.ok(done);
  assert.deepEqual([...codes], ['disk-full']);
  const store = scratch.store(archives, layout);
  assert.deepEqual(
    await openedPieces(store),
    put.sort((one, other) => one - other),
  );
  await store.close();
}
