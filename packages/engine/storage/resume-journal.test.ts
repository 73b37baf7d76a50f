import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock, silentLogger } from '@enjambre/runtime';
import { type Disk, systemDisk } from './disk.ts';
import { PieceSet } from './piece-set.ts';
import { madeTorrent } from './piece-store.contract.ts';
import { ResumeJournal } from './resume-journal.ts';
import { decodeResumeRecord, type ResumeRecord } from './resume-record.ts';

const { layout } = madeTorrent([100_000, 200_000]);
const { pieceCount } = layout.geometry;
const infoHash = '07'.repeat(20);
const state = { kind: 'file', size: 1, mtimeNs: 5n } as const;

/** A journal over a disk that only takes the records in. */
function journalInMemory(toCheck: readonly number[], refuse = (): string | undefined => undefined) {
  const records: ResumeRecord[] = [];
  const tried: number[] = [];
  const clock = new FakeClock();
  const nothing = async (): Promise<void> => {};
  const disk: Disk = {
    ...systemDisk,
    state: async () => state,
    makeFolder: nothing,
    syncData: nothing,
    sync: nothing,
    rename: nothing,
    remove: nothing,
    async write(_path, text) {
      tried.push(clock.now());
      const code = refuse();
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      records.push(decodeResumeRecord(text, { infoHash, pieceCount, fileCount: layout.files.length })!);
    },
  };
  const journal = new ResumeJournal({
    disk,
    clock,
    logger: silentLogger,
    layout,
    root: '/archives',
    infoHash,
    found: layout.files.map(() => state),
    recorded: new PieceSet(pieceCount),
    toCheck,
    unsyncable: new Set(),
    extra: {},
  });
  return { journal, records, tried, clock };
}

it('records a file that is being checked only when its last piece was', async () => {
  const toCheck = Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex);
  const { journal, records } = journalInMemory(toCheck);
  const bordering = Math.floor(layout.files[1].offset / layout.geometry.pieceLength);
  for (const pieceIndex of toCheck) {
    journal.checked(pieceIndex, pieceIndex !== 1);
    await journal.flush();
    const { files, pieces } = records.at(-1)!;
    assert.equal(files[0] !== undefined, pieceIndex >= bordering);
    assert.equal(files[1] !== undefined, pieceIndex === pieceCount - 1);
    assert.equal(new PieceSet(pieceCount, pieces).has(1), false);
  }
});

it('asks a disk that refuses less and less often, and says so only when written pieces are at stake', async () => {
  let code: string | undefined = 'ENOSPC';
  const { journal, records, tried, clock } = journalInMemory([], () => code);
  journal.setExtra({ figure: 1 });
  await journal.flush();
  journal.writing(0, Promise.resolve(true));
  await assert.rejects(journal.flush(), { code: 'disk-full' });
  const before = tried.length;
  clock.advance(9_000);
  assert.equal(tried.length, before);
  code = undefined;
  await journal.flush();
  assert.ok(new PieceSet(pieceCount, records.at(-1)!.pieces).has(0));
  journal.close();
});

it('trusts no file that was written to since it was measured, until it is measured again', async () => {
  const { journal, records } = journalInMemory([]);
  const late = Promise.withResolvers<boolean>();
  journal.writing(0, Promise.resolve(true));
  journal.writing(1, late.promise);
  const flushed = journal.flush();
  late.resolve(true);
  await flushed;
  assert.deepEqual(
    records.map(({ files }) => files[0] !== undefined),
    [false, true],
  );
  assert.ok(records.every(({ pieces }) => new PieceSet(pieceCount, pieces).has(1)));
});
