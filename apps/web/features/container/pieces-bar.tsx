// The pieces of a torrent from the first to the last, those that are here filled.

import type { TorrentDetail } from '@enjambre/contract';
import { useMemo } from 'react';
import { format, t } from '../../lib/language.ts';
import { runsOf, sharesOf } from './pieces.ts';

const STEPS = 400;

export function PiecesBar({ torrent }: { readonly torrent: TorrentDetail }) {
  const { pieces, pieceCount, pieceLength, verifiedPieces } = torrent;
  const shares = useMemo(() => sharesOf(pieces, pieceCount, STEPS), [pieces, pieceCount]);
  const fill = verifiedPieces === pieceCount ? 'fill-good-fill' : 'fill-flow-fill';
  const words = t('torrent.pieces', { have: verifiedPieces, count: pieceCount, size: format.bytes(pieceLength) });
  return (
    <div className="pb-2">
      <p className="pb-1 text-row text-muted">{words}</p>
      <svg
        viewBox={`0 0 ${shares.length} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="block h-3 w-full overflow-hidden rounded-sm bg-track"
      >
        {runsOf(shares).map(({ start, length, share }) => (
          <rect key={start} x={start} y={1 - share} width={length} height={share} className={fill} />
        ))}
      </svg>
    </div>
  );
}
