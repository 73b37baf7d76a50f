// Which rows exist: as many as fit and some around them, always equally many, so that an element that scrolls out at one
// end shows the row that comes in at the other; making one anew costs several times as much as giving it other words.
// While somebody scrolls no element moves in the document; once it is still, they stand there in the order of the rows.

import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useState } from 'react';
import { type PlacedRow, placeRows } from './row-slots.ts';

/** Rows above and below what is in sight: what a fast wheel turns in a frame. */
const OVERSCAN = 6;

interface RowWindowOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
  /** Pixels of what stands still at the top of the scroller. */
  readonly headHeight: number;
  /** A row that exists wherever it is; -1 for none. */
  readonly kept: number;
}

interface RowWindow {
  /** As they follow each other in the document. */
  readonly rows: readonly PlacedRow[];
  readonly scrollTo: (index: number) => void;
  readonly isScrolling: boolean;
}

export function useRowWindow({ scroller, count, rowHeight, headHeight, kept }: RowWindowOptions): RowWindow {
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollPaddingEnd: headHeight,
  });
  // Row heights change with the width of the page.
  useEffect(() => {
    if (rowHeight > 0) virtual.measure();
  }, [rowHeight, virtual]);

  const inSight = Math.ceil((virtual.scrollRect?.height ?? 0) / rowHeight);
  const slots = Math.min(count, inSight === 0 ? 0 : inSight + 1 + 2 * OVERSCAN);
  const range = virtual.calculateRange();
  const first = Math.max(0, Math.min((range?.startIndex ?? 0) - OVERSCAN, count - slots));
  // The row whose element came first when the list was last still.
  const [leading, setLeading] = useState(0);
  const { isScrolling } = virtual;
  // Looked at after each rendering: while a button is pressed the order waits for a later one.
  useEffect(() => {
    // What is taken out of the document between press and release is never clicked.
    if (!isScrolling && leading !== first && scroller.current?.matches(':active') === false) setLeading(first);
  });

  return {
    rows: placeRows({ first, count: slots }, leading, kept),
    scrollTo: (index) => virtual.scrollToIndex(index),
    isScrolling,
  };
}
