// Hashes pieces that lie on the disk, on all cores: consecutive ones in jobs small enough to share out evenly.
// Invariant: each piece asked for is reported once, unless a file could not be read.

import type { CheckJob, PathSpan } from './disk-job.ts';
import { expectedHash, type FileSpan, HASH_LENGTH, pieceSpans, type StoreLayout } from './file-layout.ts';
import type { WorkerPool } from './worker-pool.ts';

// A tenth of a second on a slow disk: another torrent's finished pieces wait behind no more than that.
const JOB_BYTES = 16 * 2 ** 20;
// Torrents of very many small files: a message of more spans would hold up the event loop.
const JOB_SPANS = 512;
// One to work on, one waiting.
const JOBS_PER_WORKER = 2;

export interface PieceCheckOptions {
  readonly workers: WorkerPool;
  readonly layout: StoreLayout;
  /** Real path of the archives. */
  readonly root: string;
  /** Ascending. */
  readonly pieces: readonly number[];
  readonly toPathSpan: (span: FileSpan) => PathSpan;
  readonly onPiece: (pieceIndex: number, good: boolean) => void;
  /** Checked between jobs: true ends it early. */
  readonly isCancelled: () => boolean;
}

/** @throws StorageError when a file could not be read */
export async function checkOnDisk(options: PieceCheckOptions): Promise<void> {
  const { workers, pieces, onPiece, isCancelled } = options;
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < pieces.length && !failed && !isCancelled()) {
      const { job, count } = cutJob(options, next);
      const first = next;
      next += count;
      const verdicts = await workers.check(job).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      if (isCancelled()) return;
      for (let index = 0; index < count; index++) onPiece(pieces[first + index], verdicts[index] === 1);
    }
  };
  const lanes = Array.from({ length: workers.workerCount * JOBS_PER_WORKER }, lane);
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function cutJob(
  { layout, pieces, root, toPathSpan }: PieceCheckOptions,
  first: number,
): { job: CheckJob; count: number } {
  const pieceLengths: number[] = [];
  const spans: PathSpan[] = [];
  let bytes = 0;
  let count = 0;
  for (; first + count < pieces.length && bytes < JOB_BYTES && spans.length < JOB_SPANS; count++) {
    const pieceIndex = pieces[first + count];
    for (const span of pieceSpans(layout, pieceIndex)) append(spans, toPathSpan(span));
    const length = layout.geometry.pieceSize(pieceIndex);
    pieceLengths.push(length);
    bytes += length;
  }
  const hashes = new Uint8Array(count * HASH_LENGTH);
  for (let index = 0; index < count; index++) {
    hashes.set(expectedHash(layout, pieces[first + index]), index * HASH_LENGTH);
  }
  return { job: { kind: 'check', root, pieceLengths, hashes, spans }, count };
}

/** Neighbours become one, so that they are read in one go. */
function append(spans: PathSpan[], span: PathSpan): void {
  const last = spans.at(-1);
  if (last !== undefined && last.path === span.path && last.position + last.length === span.position) {
    spans[spans.length - 1] = { ...last, length: last.length + span.length };
  } else {
    spans.push(span);
  }
}
